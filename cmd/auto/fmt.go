package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"auto/lang/diag"
	"auto/lang/format"
	"auto/lang/source"

	"github.com/rogpeppe/go-internal/diff"
)

type fmtCommand struct {
	Write bool     `short:"w" help:"Write the files." xor:"what"`
	Diff  bool     `short:"d" help:"Show what would change; findings if anything would." xor:"what"`
	List  bool     `short:"l" help:"List the files that would change; findings if there are any." xor:"what"`
	Paths []string `arg:"" optional:"" name:"path" help:"Policy files or folders; standard input by default."`
}

// Run formats what the paths name.
func (c fmtCommand) Run(s system) error {
	if len(c.Paths) == 0 {
		return c.stdin(s)
	}
	names, err := c.names()
	if err != nil {
		return err
	}
	var found diag.List
	changes := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		formatted, list := format.Source(source.New(filepath.ToSlash(name), string(text)))
		found = append(found, list...)
		if len(list) > 0 || formatted == string(text) && (c.Write || c.Diff || c.List) {
			continue
		}
		changes++
		if err := c.show(s, name, text, formatted); err != nil {
			return err
		}
	}
	return c.end(s, found, changes)
}

func (c fmtCommand) end(s system, found diag.List, changes int) error {
	if len(found) > 0 {
		s.write(diag.Text, found)
		return findings{len(found)}
	}
	if changes > 0 && (c.Diff || c.List) {
		return findings{changes}
	}
	return nil
}

func (c fmtCommand) names() ([]string, error) {
	var names []string
	for _, path := range c.Paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, noSuchPath(path, err)
		}
		if !info.IsDir() {
			names = append(names, path)
			continue
		}
		below, err := policyFiles(path)
		if err != nil {
			return nil, err
		}
		names = append(names, below...)
	}
	return names, nil
}

// show gives one formatted file as the flags say.
func (c fmtCommand) show(s system, name string, text []byte, formatted string) error {
	switch {
	case c.Write:
		return replaceFile(name, formatted)
	case c.Diff:
		_, err := s.stdout.Write(diff.Diff(name, text, name+" (formatted)", []byte(formatted)))
		return err
	case c.List:
		_, err := fmt.Fprintln(s.stdout, name)
		return err
	}
	_, err := io.WriteString(s.stdout, formatted)
	return err
}

// replaceFile writes a file whole or not at all, and keeps the mode of one that there is.
func replaceFile(name, text string) error {
	mode := fs.FileMode(0o644)
	info, err := os.Stat(name)
	switch {
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".auto-fmt-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.WriteString(text)
	if err := errors.Join(err, temporary.Chmod(mode), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}

func (c fmtCommand) stdin(s system) error {
	if c.Write || c.List {
		return errors.New("`-w` and `-l` need files")
	}
	text, err := io.ReadAll(s.stdin)
	if err != nil {
		return err
	}
	formatted, found := format.Source(source.New("<standard input>", string(text)))
	if len(found) > 0 {
		return c.end(s, found, 0)
	}
	changes := 0
	if formatted != string(text) {
		changes = 1
	}
	if c.Diff && changes == 0 {
		return nil
	}
	if err := c.show(s, "standard input", text, formatted); err != nil {
		return err
	}
	return c.end(s, nil, changes)
}
