package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

//go:embed all:template
var template embed.FS

type initCommand struct {
	Dir string `arg:"" help:"The folder; made where it is missing."`
}

// Run writes the files of a small project. A folder that has a project stays as it is.
func (c initCommand) Run(s system) error {
	if _, err := os.Stat(filepath.Join(c.Dir, "auto.yaml")); err == nil {
		return fmt.Errorf("`%s` has a project already", c.Dir)
	}
	err := fs.WalkDir(template, "template", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return c.write(name)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "Wrote a project to %[1]s.\n\n    cd %[1]s\n    auto check\n    auto test scenarios\n    auto run\n\nDrop a file such as landing/sales/orders_2026-01-01.csv, and `auto run` prints its run request.\n", c.Dir)
	return nil
}

func (c initCommand) write(name string) error {
	text, err := template.ReadFile(name)
	if err != nil {
		return err
	}
	relative := name[len("template/"):]
	if path.Base(relative) == "gitignore" {
		relative = path.Join(path.Dir(relative), ".gitignore")
	}
	target := filepath.Join(c.Dir, filepath.FromSlash(relative))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("`%s` exists; name an empty folder", target)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
