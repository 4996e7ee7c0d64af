package main

import (
	"fmt"

	"auto/runtime/dagster/python"
)

type dagsterCommand struct {
	Package dagsterPackageCommand `cmd:"" help:"Write the Python package auto_dagster, for a code location to install."`
}

type dagsterPackageCommand struct {
	Dir string `arg:"" help:"The folder; made where it is missing."`
}

// Run writes the package.
func (c dagsterPackageCommand) Run(s system) error {
	if err := python.Write(c.Dir); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.stdout, "Wrote auto_dagster to %[1]s.\n\n    pip install %[1]s\n\nThen publish the definitions of your code location: defs = auto_dagster.publish(dg.Definitions(...)).\n", c.Dir)
	return err
}
