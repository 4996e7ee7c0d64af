package main

import (
	"bytes"
	"fmt"
	"os"

	"auto/vm/code"
)

type disasmCommand struct {
	File string `arg:"" help:"A compiled program, as \"auto compile -o\" and \"auto asm -o\" write it; - is standard input."`
}

// Run writes the text of a compiled program.
func (c disasmCommand) Run(s system) error {
	data, err := s.read(c.File)
	if err != nil {
		return err
	}
	p, err := code.Decode(data)
	if err != nil {
		return fmt.Errorf("`%s` is no program: %w. `auto compile -o FILE` writes one", c.File, err)
	}
	_, err = fmt.Fprint(s.stdout, p.Text())
	return err
}

type asmCommand struct {
	File   string `arg:"" help:"The text of a program, as \"auto disasm\" writes it; - is standard input."`
	Output string `short:"o" required:"" placeholder:"FILE" help:"Where the compiled program goes."`
}

// Run compiles the text of a program.
func (c asmCommand) Run(s system) error {
	text, err := s.read(c.File)
	if err != nil {
		return err
	}
	p, err := code.Parse(string(text))
	if err == nil {
		err = code.Verify(p)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return os.WriteFile(c.Output, code.Encode(p), 0o666)
}

// read reads a file, or standard input for "-".
func (s system) read(name string) ([]byte, error) {
	if name == "-" {
		var b bytes.Buffer
		_, err := b.ReadFrom(s.stdin)
		return b.Bytes(), err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, noSuchPath(name, err)
	}
	return data, nil
}
