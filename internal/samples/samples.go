// Package samples has policy files for the tests of all packages: fifteen that are
// right, and one full of mistakes.
package samples

import (
	"embed"
	"io/fs"
)

//go:embed policies/*.auto broken.txt
var files embed.FS

// Policies gives the right policy files by name.
func Policies() map[string]string {
	texts := map[string]string{}
	names, err := fs.Glob(files, "policies/*.auto")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		texts[name] = read(name)
	}
	return texts
}

// Broken gives the text with a mistake in most of its declarations.
func Broken() string { return read("broken.txt") }

func read(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(text)
}
