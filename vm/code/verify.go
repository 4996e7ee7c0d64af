package code

import "fmt"

// Verify stands for the one that is being written.
func Verify(p *Program) error { return nil }

// Encode stands for the one that is being written.
func Encode(p *Program) []byte { return fmt.Append(nil, *p) }
