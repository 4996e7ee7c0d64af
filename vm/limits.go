package vm

import (
	"fmt"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// Limits bound a machine. They are held against what programs need on a space before it
// is made, so that no tick has to be stopped: code only jumps forward, and each frame runs
// once a tick at most.
type Limits struct {
	// Words is how many words of 64 bits frames, registers and states may take, in all.
	Words int
	// Steps is how many words one tick may compute at most: those of every instruction,
	// and both sides of every mapping between assets.
	Steps int
}

// DefaultLimits are some GB and some seconds.
var DefaultLimits = Limits{Words: 1 << 29, Steps: 1 << 34}

// LimitError says that conditions are beyond a limit of the machine.
type LimitError struct {
	// Need is what there is too much of, and Most how much is possible.
	Need string
	Most int
}

// Error says what is wrong and what to do instead.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the conditions need more than %d %s; give fewer assets a condition, or look at fewer dependencies of dependencies", e.Most, e.Need)
}

// budget is what is taken of the limits.
type budget struct {
	limits       Limits
	words, steps int
}

// What is counted beside sets, in words: a frame with its tables, an entity in one, a
// register and an instruction that may call.
const (
	frameWords    = 64
	segmentWords  = 8
	registerWords = 4
	callWords     = 3
)

// take counts words to keep and steps a tick, and fails beyond the limits.
func (b *budget) take(words, steps int) error {
	b.words, b.steps = b.words+words, b.steps+steps
	switch {
	case b.words > b.limits.Words:
		return &LimitError{"words of memory", b.limits.Words}
	case b.steps > b.limits.Steps:
		return &LimitError{"steps a tick", b.limits.Steps}
	}
	return nil
}

// frame counts a frame before it is made; parent is nil for the root's.
func (b *budget) frame(s *space.Space, block *code.Block, segments []segment, parent *frame) error {
	words := wordsOf(s, segments)
	sets := 3 // those of the frame itself
	for _, in := range block.Code {
		if _, ok := in.State(); ok {
			sets++
		}
	}
	steps := words*len(block.Code) + len(segments)
	if parent != nil {
		steps += len(segments) * (words + parent.words)
	}
	return b.take(frameWords+sets*words+len(segments)*segmentWords+block.Registers*registerWords+len(block.Code)*callWords, steps)
}

// wordsOf gives how many words a set of a frame has.
func wordsOf(s *space.Space, segments []segment) int {
	if keys := s.Entities[segments[0].entity].Keys; keys != nil {
		return bits.Words(sizeOf(keys))
	}
	return bits.Words(len(segments))
}

// refund gives back what a batch took.
func (b *budget) refund(of *batch) { b.words, b.steps = b.words-of.words, b.steps-of.steps }
