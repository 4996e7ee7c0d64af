package code

// The limits of a program. They are far above what conditions need; they bound what a
// program that comes from outside can make the machine allocate.
const (
	// MaxBlocks, MaxStates and the others are how many entries a table may have.
	MaxBlocks  = 4096
	MaxStates  = 4096
	MaxNodes   = 1<<16 - 2
	MaxEntries = 1<<16 - 2
	// MaxSlots is how many blocks times states a program may have: the machine has a
	// slot for each pair.
	MaxSlots = 1 << 20
	// MaxCode is how many instructions all blocks may have together.
	MaxCode = 1<<16 - 2
	// MaxDepth is how deep calls may be nested.
	MaxDepth = 100
	// MaxString is the length of a name, key, pattern or other text in bytes, and
	// MaxText that of all of them together.
	MaxString = 1 << 16
	MaxText   = 1 << 26
)

// limits finds what is beyond the limits. Nothing else looks at a program that has such.
func (v *verifier) limits() {
	v.atMost("facts", len(v.Facts), MaxEntries)
	v.atMost("schedules", len(v.Crons), MaxEntries)
	v.atMost("filters", len(v.Filters), MaxEntries)
	v.atMost("keys", len(v.Keys), MaxEntries)
	v.atMost("states", len(v.States), MaxStates)
	v.atMost("times", len(v.Times), MaxEntries)
	v.atMost("blocks", len(v.Blocks), MaxBlocks)
	v.atMost("blocks times states", len(v.Blocks)*len(v.States), MaxSlots)
	v.atMost("nodes", len(v.Nodes), MaxNodes)
	v.atMost("rules", len(v.Rules), MaxEntries)
	v.atMost("targets", len(v.Targets), MaxEntries)
	instructions := 0
	for i := range v.Blocks {
		instructions += len(v.Blocks[i].Code)
	}
	v.atMost("instructions", instructions, MaxCode)
	v.texts()
}

func (v *verifier) atMost(what string, have, most int) {
	if have > most {
		v.find("program", "it has %d %s, at most %d are possible", have, what, most)
	}
}

// texts measures all text, by what the binary form would write.
func (v *verifier) texts() {
	w := &wire{}
	w.program(v.Program)
	v.atMost("bytes in one text", w.longest, MaxString)
	v.atMost("bytes of text", w.total, MaxText)
}
