package code

// FileRule is a rule of a files block: a pattern for the file's name and one for its
// folder path, as the language writes them. Folder is "" where any folder will do.
type FileRule struct {
	Name, Pattern, Folder string
	// Targets are the numbers of the targets that the rule stands for.
	Targets []uint16
}

// FileTarget is an asset that a files block requests, as the language writes it: a key,
// often a template, with the partition in brackets.
type FileTarget struct{ Text string }

// Outcome is what becomes of a file.
type Outcome uint16

// The outcomes: a run is requested, or no rule matched and the block says what then.
const (
	Requested Outcome = iota
	Ignored
	Refused
	Quarantined
)

// Outcomes are their names in assembler text.
var Outcomes = []string{"request", "ignore", "error", "quarantine"}

// IsFiles reports whether the program is that of a files block: its registers hold rules
// or targets, not partitions. A condition has nodes, a files block has none.
func (p *Program) IsFiles() bool { return len(p.Nodes) == 0 && len(p.States) == 0 }
