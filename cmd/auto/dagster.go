package main

import (
	"fmt"
	"strings"

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
	folder := c.Dir
	if !strings.ContainsAny(folder, `/\`) {
		folder = "./" + folder // a name alone is one of the package index to pip
	}
	_, err := fmt.Fprintf(s.stdout, "Wrote auto_dagster to %s.\n\n    pip install %s\n\nThen publish the definitions of your code location: defs = auto_dagster.publish(dg.Definitions(...)).\n", c.Dir, folder)
	return err
}
