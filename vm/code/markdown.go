package code

import (
	_ "embed"
)

// example is the program that the documentation shows.
//
//go:embed example.asm
var example string
