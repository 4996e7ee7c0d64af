package code

import (
	_ "embed"
	"fmt"
	"strings"
)

// example is the program that the documentation shows.
//
//go:embed example.asm
var example string

const intro = `# Bytecode

A condition is compiled into a program, which the machine runs over the partitions of many assets at once. ` + "`auto compile`" + ` writes
one, ` + "`auto disasm`" + ` shows it as text, and ` + "`auto asm`" + ` reads the text again. This file is made from the table of operations;
` + "`make docs`" + ` renews it.

A register holds a subset of the partitions. ` + "`r0`" + ` holds the candidates, the partitions that a block is asked about. Every other
register is written by one instruction, and is empty until then. A block runs from its first instruction to its last; a call
runs another block on other assets or checks. The tables have what instructions refer to, and what is kept and shown:

| table | an entry is |
|---|---|
| fact | something that is known about each partition: a kind, a lookback, the tags that a run has to have |
| cron | a schedule and its time zone |
| filter | which dependencies or checks a call looks at: how it is written, the keys that are allowed and ignored |
| key | the asset that ` + "`asset_matches`" + ` names |
| state | what one node keeps from tick to tick, and by which parts or path it is found again |
| time | when the partitions of a register came to be there: where both operands of a ` + "`since`" + ` have times, the later one wins |
| node | a node of the condition as written, with the registers of its subset and its candidates, for ` + "`auto explain`" + ` |
| rule | a rule of a files block: its patterns and its targets |
| target | an asset that a files block requests |

## Example

The partition of the latest time window, where a dependency was updated after it was requested last:
` + "`in_latest_time_window() & any_deps_match(newly_updated()).since(newly_requested()).with_label(\"updated\")`" + `

`

const rulesText = `
## Which programs are run

A program is verified before it runs, wherever it comes from. One that is verified cannot stop the machine, loop, or read what is
not there:

- A number is that of an entry, a register, a block or a position that there is.
- ` + "`r0`" + ` is not written, every other register at most once, and nothing is read that no instruction before it writes.
- A jump goes forward inside its block and is over no state, its own or that of a block that is called.
- ` + "`return`" + ` is the last instruction of each block and stands nowhere else.
- Each block but the first is called by one instruction of a block before it.
- Each state is moved on by one instruction and belongs to one node of the same block. Its parts and its path fit the nodes.
- Times belong to an instruction that has such times, and are taken from entries before them.
- The nodes form one tree, in the order in which they are written; each call has its node.
- What an entry does not use is zero, so that equal conditions are equal programs.
- A files block has the operations for files, and its registers hold either rules or targets.
`

const binaryText = `
## Binary form

The bytes are ` + "`auto`" + `, the version %d of the form in two bytes, the tables in the order fact, cron, filter, key, state, time, block, node,
rule, target, and a CRC-32C of all that in four bytes. Fixed numbers are little-endian; numbers in the tables are zigzag varints,
text and lists have their length before them. A program of another version is refused: compile the condition again.
`

// Markdown gives docs/bytecode.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(intro)
	b.WriteString("```\n" + listing() + "```\n")
	operations(&b)
	b.WriteString(rulesText)
	limitTable(&b)
	fmt.Fprintf(&b, binaryText, FormatVersion)
	return b.String()
}

// listing is the example as Text shows it.
func listing() string {
	p, err := Parse(example)
	if err != nil {
		return err.Error() + "\n"
	}
	return p.Text()
}

func operations(b *strings.Builder) {
	b.WriteString("\n## Operations\n\nArguments are called a, b, c, d in their order.\n\n| operation | arguments | does |\n|---|---|---|\n")
	for _, spec := range Table {
		args := make([]string, len(spec.Args))
		for i, arg := range spec.Args {
			args[i] = arg.String()
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", spec.Name, strings.Join(args, ", "), spec.Doc)
	}
}

func limitTable(b *strings.Builder) {
	b.WriteString("\n## Limits\n\n| of | at most |\n|---|---|\n")
	for _, l := range []struct {
		of   string
		most int
	}{
		{"instructions of all blocks", MaxCode},
		{"blocks", MaxBlocks},
		{"calls in calls", MaxDepth},
		{"states", MaxStates},
		{"blocks times states", MaxSlots},
		{"nodes", MaxNodes},
		{"entries of any other table", MaxEntries},
		{"bytes in one text", MaxString},
		{"bytes of all texts", MaxText},
	} {
		fmt.Fprintf(b, "| %s | %d |\n", l.of, l.most)
	}
}
