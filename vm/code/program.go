package code

import "strconv"

// Program is a compiled condition. It knows no asset: assets with equal conditions share
// one. A verified program (Verify) can be run by the machine as it is.
type Program struct {
	Facts   []Fact
	Crons   []Cron
	Filters []Filter
	// Keys are the assets that asset_matches names.
	Keys   []string
	States []State
	Times  []Time
	// Blocks holds the condition itself first, and what operators evaluate on other
	// entities after it, each before the blocks that it calls itself.
	Blocks []Block
	// Nodes is the condition as it was written, the root first: what explain shows.
	Nodes []Node
	// Rules and Targets are those of a files block; a condition has none, and a files
	// block has one block of code and nothing else.
	Rules   []FileRule
	Targets []FileTarget
}

// Block is straight code that is run over the partitions of some entities. Register 0
// holds the candidates. A register that no executed instruction wrote is empty.
type Block struct {
	Code      []Instr
	Registers int
	// Node is the node whose subset the block returns.
	Node int
}

// Instr is an instruction; what Args mean says the table of operations.
type Instr struct {
	Op   Op
	Args [4]uint16
}

// Cron is a schedule in a time zone.
type Cron struct{ Schedule, Zone string }

// Filter says which dependencies or checks an operator looks at.
type Filter struct {
	// Text is how the filter is shown; "" where it lets everything through.
	Text string
	// Allow and Ignore are the entity keys that the selections resolved to, sorted. A nil
	// Allow lets all through that are not ignored.
	Allow, Ignore []string
	// Blocking leaves only blocking checks.
	Blocking bool
}

// StateKind is a kind of state that a node keeps from one evaluation to the next.
type StateKind uint8

// The kinds of state: the subset a SINCE was true for, the subset the operand of a
// NEWLY_TRUE was true for, the code version that was seen.
const (
	SinceState StateKind = iota + 1
	NewlyTrueState
	VersionState
)

// State is a slot for the state of one node on each entity that it is evaluated on. Its
// identity is Dagster's (StateID), so that edits of a condition keep what they keep there.
type State struct {
	Kind StateKind
	// Parts are the direct children of a SINCE or NEWLY_TRUE.
	Parts []Part
	// Path leads from the root to a code_version_changed.
	Path []Step
	// Trigger and Reset are, for a SINCE, the entries of Times that date its operands,
	// plus one; 0 where an operand has no times.
	Trigger, Reset uint16
}

// Part stands for a child in the identity of a state: by its name, or where it is a SINCE
// or NEWLY_TRUE itself by its state.
type Part struct {
	Name string
	// State is the child's state plus one, 0 where it has none.
	State uint16
}

// Step is a node on the way from the root to another.
type Step struct {
	// Index is the position among the siblings, -1 for none.
	Index int16
	Name  string
	// Depth is, plus one, how many entities lie between the root and the one whose key is
	// the name; 0 where Name is.
	Depth uint16
	// State is, plus one, the state whose identity replaces all of the path before it,
	// evaluated at the depth At; 0 for none.
	State uint16
	At    uint16
}

// TimeKind is where the times of a subset come from.
type TimeKind uint8

// The kinds of times: the schedule's moment, the timestamps of materializations, the
// evaluation before, those of the block that the call at Call runs, those of the trigger
// of a SINCE.
const (
	CronTime TimeKind = iota + 1
	UpdateTime
	RequestTime
	CallTime
	TriggerTime
)

// Time says when the partitions in a register came to be there.
type Time struct {
	Kind TimeKind
	// Block and Register are where the subset is.
	Block, Register uint16
	// Cron is the schedule of a CronTime.
	Cron uint16
	// Call is the position of the calling instruction of a CallTime in its block.
	Call uint16
	// Inner is the entry of Times that a CallTime or TriggerTime takes them from, plus
	// one; 0 for none.
	Inner uint16
}

// Node is a node of the condition as written.
type Node struct {
	// Name is Dagster's, Label "" for none.
	Name, Label string
	// Block, Result and Candidates are the registers that hold its subset and what it was
	// asked about.
	Block, Result, Candidates uint16
	// Children are its children in order. An operator that is evaluated on other entities
	// has none here; Call is then, plus one, the position of its instruction.
	Children []uint16
	Call     uint16
	// Matches: the node is asset_matches, named by the key that it evaluates on; the
	// other callers have a child for each entity instead.
	Matches bool
	// State is the slot of its state plus one, 0 for none.
	State uint16
}

// name is how an entry of a table is called in text.
func name(table string, i int) string { return table + strconv.Itoa(i) }
