package main

import (
	"fmt"
	"strings"

	"auto/compiler"
	"auto/runtime/control"
)

// manyKeys is how many keys are named one by one.
const manyKeys = 10

type pauseCommand struct {
	projectFlag
	Selection string `arg:"" help:"What is held back: a selection such as 'groups(\"sales\")', or the key of an asset or check."`
	Until     string `required:"" placeholder:"TIME" help:"When it ends by itself: RFC 3339, a date in UTC, or relative as +2h or +1d."`
	Reason    string `required:"" help:"Why, for those who find nothing launched."`
	JSON      bool   `name:"json" help:"One JSON object."`
}

// Run holds back what a selection selects.
func (c pauseCommand) Run(s system) error {
	until, err := readInstant(c.Until, s.clock.Now())
	if err != nil {
		return err
	}
	return c.conditions(s, access{begin: true, sound: true}, func(a control.Automation) error {
		keys, err := a.Pause(s.ctx, c.Selection, until, c.Reason)
		if err != nil {
			return listed(err)
		}
		if c.JSON {
			return s.line(map[string]any{"keys": keys, "until": until, "reason": c.Reason})
		}
		_, err = fmt.Fprintf(s.stdout, "Until %s nothing is launched of %s.\n", show(until), some(keys))
		return err
	})
}

type resumeCommand struct {
	projectFlag
	Selection string `arg:"" help:"What goes on: a selection such as 'groups(\"sales\")', or the key of an asset or check."`
	Missed    string `enum:",none,last,all" default:"" placeholder:"WORD" help:"What becomes of what came due meanwhile: none, last (each pair once) or all; by default what each policy says."`
	JSON      bool   `name:"json" help:"One JSON object."`
}

// Run ends pauses and halts.
func (c resumeCommand) Run(s system) error {
	return c.conditions(s, access{begin: true, sound: true}, func(a control.Automation) error {
		keys, err := a.Resume(s.ctx, c.Selection, compiler.Missed(c.Missed))
		if err != nil {
			return listed(err)
		}
		if c.JSON {
			return s.line(map[string]any{"keys": append([]string{}, keys...)})
		}
		_, err = fmt.Fprintf(s.stdout, "No pause or halt holds %s back any more.\n", some(keys))
		return err
	})
}

// some names the first of many keys.
func some(keys []string) string {
	if len(keys) <= manyKeys {
		return strings.Join(keys, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(keys[:manyKeys], ", "), len(keys)-manyKeys)
}
