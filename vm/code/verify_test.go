package code

import (
	"fmt"
	"strings"
	"testing"
)

// TestVerify breaks each rule once. A case changes one piece of the text of a valid
// program, or the program itself where text cannot say it. Other flaws may follow from it.
func TestVerify(t *testing.T) {
	all := files(t)
	for _, c := range []struct {
		file, old, new string
		edit           func(*Program)
		want           string
	}{
		// Limits.
		{file: "example", edit: func(p *Program) { p.Facts = make([]Fact, MaxEntries+1) }, want: "program: it has 65535 facts, at most 65534 are possible"},
		{file: "example", edit: func(p *Program) { p.States = make([]State, MaxStates+1) }, want: "program: it has 4097 states, at most 4096 are possible"},
		{file: "example", edit: func(p *Program) { p.Blocks = make([]Block, MaxBlocks+1) }, want: "program: it has 4097 blocks, at most 4096 are possible"},
		{file: "example", edit: func(p *Program) { p.Blocks, p.States = make([]Block, 2048), make([]State, 2048) }, want: "program: it has 4194304 blocks times states, at most 1048576 are possible"},
		{file: "example", edit: func(p *Program) { p.Blocks[1].Code = make([]Instr, MaxCode) }, want: "program: it has 65542 instructions, at most 65534 are possible"},
		{file: "example", edit: func(p *Program) { p.Nodes = make([]Node, MaxNodes+1) }, want: "program: it has 65535 nodes, at most 65534 are possible"},
		{file: "example", edit: func(p *Program) { p.Nodes[1].Name = strings.Repeat("x", MaxString+1) }, want: "program: it has 65537 bytes in one text, at most 65536 are possible"},

		// Tables.
		{file: "example", edit: func(p *Program) { p.Facts[0].Kind = 0 }, want: "fact0: there is no such kind"},
		{file: "example", edit: func(p *Program) { p.Facts[0].Kind = AlreadyRequested + 1 }, want: "fact0: there is no such kind"},
		{file: "every.asm", old: `lookback "36`, new: `lookback "-36`, want: "fact1: its lookback is negative"},
		{file: "every.asm", old: `missing`, new: `missing lookback "1h"`, want: "fact0: missing has no lookback"},
		{file: "every.asm", old: `newly_updated`, new: `newly_updated keys []`, want: "fact2: newly_updated has no tags"},
		{file: "every.asm", old: `"Europe/Berlin"`, new: `""`, want: "cron0: it needs a schedule and a zone"},
		{file: "every.asm", old: `["a", "b/c"]`, new: `["b/c", "a"]`, want: "filter1: its keys are not sorted, or one is there twice"},
		{file: "every.asm", old: `ignore ["x"]`, new: `ignore ["x", "x"]`, want: "filter1: its keys are not sorted, or one is there twice"},
		{file: "example", edit: func(p *Program) { p.Rules = []FileRule{{}} }, want: "program: a condition has no rules and targets"},
		{file: "example", edit: func(p *Program) { p.Blocks = nil }, want: "program: it needs a block and a node"},

		// Instructions and registers.
		{file: "example", old: "registers 2", new: "registers 4", want: "block1: it has 4 registers for 2 instructions; register 0 holds the candidates, and each instruction writes one more at most"},
		{file: "example", old: "registers 2", new: "registers 0", want: "block1: it has 0 registers for 2 instructions; register 0 holds the candidates, and each instruction writes one more at most"},
		{file: "example", edit: func(p *Program) { p.Blocks[1].Code[1] = p.Blocks[1].Code[0] }, want: "block1: its last instruction is not return\nblock1 at 1: r1 is written at 0 already"},
		{file: "example", edit: func(p *Program) { p.Blocks[1].Code = nil; p.Blocks[1].Registers = 1 }, want: "block1: its last instruction is not return"},
		{file: "example", old: "2  all       r3", new: "2  return    r2", want: "block0 at 2: return is not the last instruction"},
		{file: "example", edit: func(p *Program) { p.Blocks[0].Code[0].Op = 99 }, want: "block0 at 0: there is no operation 99"},
		{file: "example", edit: func(p *Program) { p.Blocks[0].Code[0].Op = 0 }, want: "block0 at 0: there is no operation 0"},
		{file: "example", edit: func(p *Program) { p.Blocks[0].Code[2].Args[3] = 7 }, want: "block0 at 2: all has 1 arguments, what follows is not 0"},
		{file: "example", old: "all       r3", new: "matched   r3", want: "block0 at 2: matched is for files blocks"},
		{file: "example", old: "fact0, r0", new: "fact2, r0", want: "block0 at 0: there is no fact2"},
		{file: "every.asm", old: "cron0, r2", new: "cron1, r2", want: "block0 at 2: there is no cron1"},
		{file: "every.asm", old: "block2, key0", new: "block2, key1", want: "block0 at 4: there is no key1"},
		{file: "every.asm", old: "block1, filter0", new: "block1, filter9", want: "block0 at 3: there is no filter9"},
		{file: "example", old: "block1, filter0", new: "block2, filter0", want: "block0 at 3: there is no block2"},
		{file: "example", old: "r5, state0", new: "r5, state1", want: "block0 at 5: there is no state1"},
		{file: "example", old: "return    r7", new: "return    r8", want: "block0 at 7: there is no r8, the block has 8 registers"},
		{file: "example", old: "and       r7", new: "and       r8", want: "block0 at 6: there is no r8, the block has 8 registers"},
		{file: "example", old: "fact      r1", new: "fact      r0", want: "block0 at 0: r0 holds the candidates and is not written"},
		{file: "example", old: "and       r7", new: "and       r6", want: "block0 at 6: r6 is written at 5 already"},
		{file: "example", old: "r7, r2, r6", new: "r7, r2, r7", want: "block0 at 6: r7 is read and not written before"},
		{file: "example", old: "asked     r5, r3", new: "asked     r5, r6", want: "block0 at 4: r6 is read and not written before"},

		// Jumps.
		{file: "every.asm", old: "r17, 20", new: "r17, 17", want: "block0 at 17: the jump to 17 does not go forward"},
		{file: "every.asm", old: "r17, 20", new: "r17, 3", want: "block0 at 17: the jump to 3 does not go forward"},
		{file: "every.asm", old: "r17, 20", new: "r17, 30", want: "block0 at 17: the jump to 30 leaves the block, whose last instruction is at 29"},
		{file: "every.asm", old: "r17, 20", new: "r17, 24", want: "block0 at 17: the jump to 24 is over the state at 23"},
		{file: "example", old: "4  asked     r5, r3", new: "4  skip      r1, 6", want: "block0 at 5: r5 is read and not written before"},
		{file: "every.asm", old: "0  none      r1", new: "0  skip      r0, 8", want: "block0 at 0: the jump to 8 is over the state at 5"},

		// Calls.
		{file: "example", old: "block1, filter0", new: "block0, filter0", want: "block0 at 3: block0 does not come after the block that calls it\nblock1: no block before it calls it"},
		{file: "every.asm", old: "block6, filter0", new: "block5, filter0", want: "block0 at 23: block5 is called twice\nblock6: no block before it calls it"},
		{file: "every.asm", old: "block3, filter1", new: "block3, filter2", want: "block0 at 20: filter2 leaves only blocking checks, the call is about dependencies"},
		{file: "example", edit: func(p *Program) { *p = *deep(MaxDepth + 1) }, want: "block100 at 0: calls are nested deeper than 100"},

		// States.
		{file: "every.asm", old: "r8, r0, state2", new: "r8, r0, state1", want: "block0 at 8: state1 is not of the kind that the operation has\nstate2: no instruction uses it"},
		{file: "every.asm", old: "r7, r3, r6, state0", new: "r7, r3, r6, state1", want: "block0 at 6: state1 is used twice\nstate0: no instruction uses it"},

		// Times.
		{file: "example", edit: func(p *Program) { p.Times[0].Kind = 0 }, want: "time0: there is no such kind"},
		{file: "example", old: "request block0 r5", new: "request block0 r3", want: "time2: r3 of block0 does not hold what has such times"},
		{file: "example", old: "request block0 r5", new: "request block7 r5", want: "time2: r5 of block7 does not hold what has such times"},
		{file: "example", old: "update block1 r1", new: "update block0 r1", want: "time0: its schedule, fact or call is not that of the instruction at 0 of block0"},
		{file: "example", old: "at 3 from", new: "at 4 from", want: "time1: its schedule, fact or call is not that of the instruction at 3 of block0"},
		{file: "every.asm", old: "r3 cron0", new: "r3 cron1", want: "time5: its schedule, fact or call is not that of the instruction at 2 of block0"},
		{file: "example", edit: func(p *Program) { p.Times[0].Cron = 1 }, want: "time0: its schedule, fact or call is not that of the instruction at 0 of block1"},
		{file: "example", old: "r5\n\nblock0", new: "r5 from time0\n\nblock0", want: "time2: it takes its times from no other entry"},
		{file: "example", old: " from time0", new: "", want: "time1: it needs an entry to take its times from"},
		{file: "example", old: "from time0", new: "from time1", want: "time1: it takes its times from time1, which does not come before it"},
		{file: "every.asm", old: "at 4 from time2", new: "at 4 from time0", want: "time3: time0 is not about what block2 returns"},
		{file: "every.asm", old: "r6 from time1", new: "r6 from time3", want: "time4: time3 is not that of the trigger"},
		{file: "every.asm", old: `["code_version_changed"]`, new: `["code_version_changed"] trigger time0`, want: "state2: only that of a since has a trigger"},
		{file: "example", old: "trigger time1", new: "trigger time3", want: "state0: there is no time3, its trigger"},
		{file: "example", old: "reset time2", new: "reset time1", want: "state0: time1 is not about its reset"},

		// Nodes.
		{file: "example", old: "node4:", new: "node9:", want: "block1: there is no node9"},
		{file: "example", edit: func(p *Program) { p.Blocks[1].Node = -1 }, want: "block1: there is no node-1"},
		{file: "example", old: "node0:", new: "node1:", want: "block0: its node is not node0, the root"},
		{file: "example", old: "node4:", new: "node5:", want: "block1: node5 is of another block"},
		{file: "example", old: "return    r7", new: "return    r6", want: "block0: it does not return the result of node0"},
		{file: "example", old: `"newly_updated" in block1`, new: `"newly_updated" in block2`, want: "node4: there is no block2"},
		{file: "example", old: `"newly_updated" in`, new: `"" in`, want: "node4: it needs a name"},
		{file: "example", old: "block0 r1 of r0", new: "block0 r8 of r0", want: "node1: nothing writes r8 of block0"},
		{file: "example", old: "block0 r1 of r0", new: "block0 r1 of r9", want: "node1: nothing writes r9 of block0"},
		{file: "example", old: "[node1, node2]", new: "[node1, node0]", want: "node0: its child node0 does not come after it\nnode2: it has 0 places in the tree"},
		{file: "example", old: "[node1, node2]", new: "[node1, node9]", want: "node0: its child node9 does not come after it\nnode2: it has 0 places in the tree"},
		{file: "example", old: "[node1, node2]", new: "[node1, node2, node2]", want: "node2: it has 2 places in the tree"},
		{file: "example", old: "[node1, node2]", new: "[node1, node2, node4]", want: "node0: its child node4 is of another block"},
		{file: "example", old: "block0 r1 of r0", new: "block0 r1 of r0 matches", want: "node1: it matches an asset and calls nothing"},
		{file: "example", old: "call 3", new: "call 3 matches", want: "node3: match and asset_matches belong together"},
		{file: "example", old: "call 3", new: "call 4", want: "node3: the instruction at 4 of block0 calls nothing\nblock0 at 3: it is the call of 0 nodes"},
		{file: "example", old: "call 3", new: "call 77", want: "node3: the instruction at 77 of block0 calls nothing\nblock0 at 3: it is the call of 0 nodes"},
		{file: "example", old: "r5 of r3\n", new: "r5 of r3 call 3\n", want: "node5: the node of block1 does not come after it\nblock0 at 3: it is the call of 2 nodes"},
		{file: "example", old: "children [node3, node5] state0", new: "children [node3, node5] call 3 state0", want: "node2: it calls a block and has children\nblock0 at 3: it is the call of 2 nodes"},
		{file: "example", old: "node5] state0", new: "node5] state1", want: "node2: there is no state1\nstate0: it is the state of 0 nodes"},
		{file: "example", old: "node5] state0", new: "node5]", want: "state0: it is the state of 0 nodes"},
		{file: "example", old: "block1 r1 of r0", new: "block1 r1 of r0 state0", want: "node4: state0 is of another block"},
		{file: "example", old: "block0 r1 of r0", new: "block0 r1 of r0 state0", want: "node1: it has not as many children as state0 wants"},

		// Identities.
		{file: "every.asm", edit: func(p *Program) { p.States[4].Path = nil }, want: "state4: a code version has a path and no parts"},
		{file: "every.asm", edit: func(p *Program) { p.States[4].Parts = make([]Part, 1) }, want: "state4: a code version has a path and no parts"},
		{file: "example", old: `, "newly_requested"]`, new: `]`, want: "state0: it has 2 parts and no path"},
		{file: "example", edit: func(p *Program) { p.States[0].Path = make([]Step, 1) }, want: "state0: it has 2 parts and no path"},
		{file: "example", old: `, "newly_requested"]`, new: `, "newly"]`, want: `state0: part 1 is not named "newly_requested" as its node`},
		{file: "example", old: `, "newly_requested"]`, new: `, ""]`, want: `state0: part 1 is not named "newly_requested" as its node`},
		{file: "example", old: `, "newly_requested"]`, new: `, state0]`, want: `state0: part 1 is not named "newly_requested" as its node`},
		{file: "every.asm", old: `, state1] trigger`, new: `, "SINCE"] trigger`, want: "state0: part 1 is not state1, that of its node"},
		{file: "every.asm", edit: func(p *Program) { p.States[4].Path[0].Name = "x" }, want: "state4: step 0 has a state and something else"},
		{file: "every.asm", edit: func(p *Program) { p.States[4].Path[1].At = 1 }, want: "state4: step 1 has not one of a name and an entity"},
		{file: "every.asm", edit: func(p *Program) { p.States[4].Path[1].Name = "" }, want: "state4: step 1 has not one of a name and an entity"},
		{file: "every.asm", edit: func(p *Program) { p.States[4].Path[1].Index = -2 }, want: "state4: step 1 has not one of a name and an entity"},
		{file: "every.asm", old: "- entity1", new: "- entity2", want: "state3: step 2 is below the entity that it is about"},
		{file: "every.asm", old: "[state2 at entity0", new: "[0 \"x\", state2 at entity0", want: "state4: step 1 cannot begin at state2"},
		{file: "every.asm", old: "[state2 at entity0", new: "[state3 at entity0", want: "state4: step 0 cannot begin at state3"},
		{file: "every.asm", old: "[state2 at entity0", new: "[state9 at entity0", want: "state4: step 0 cannot begin at state9"},
		{file: "every.asm", old: "[state2 at entity0", new: "[state2 at entity1", want: "state4: step 0 begins at state2, which is not evaluated there"},
		{file: "every.asm", old: "[- \"AND\"", new: "[state2 at entity1", want: "state3: step 0 begins at state2, which is not evaluated there"},

		// Files blocks.
		{file: "files.asm", edit: func(p *Program) { p.Keys = []string{"a"} }, want: "program: a files block has rules, targets and one block; a condition has nodes"},
		{file: "files.asm", edit: func(p *Program) { p.Blocks = append(p.Blocks, p.Blocks[0]) }, want: "program: a files block has rules, targets and one block; a condition has nodes"},
		{file: "files.asm", edit: func(p *Program) { p.Blocks[0].Node = 1 }, want: "block0: a files block has no nodes"},
		{file: "files.asm", old: `pattern "*"`, new: `pattern ""`, want: "rule1: it needs a name and a pattern"},
		{file: "files.asm", old: "[target2, target3]", new: "[target3, target2]", want: "rule1: its targets are not in order"},
		{file: "files.asm", old: "[target2, target3]", new: "[target2, target4]", want: "rule1: there is no target4"},
		{file: "files.asm", old: "base      r1, 1", new: "base      r1, 5", want: "block0 at 0: it has 5 targets, the program has 4"},
		{file: "files.asm", old: "base      r1, 1", new: "all       r1", want: "block0 at 0: all is for conditions"},
		{file: "files.asm", old: "r3, quarantine", new: "r3, request", want: "block0 at 3: there is no outcome 0"},
		{file: "files.asm", edit: func(p *Program) { p.Blocks[0].Code[3].Args[1] = 4 }, want: "block0 at 3: there is no outcome 4"},
		{file: "files.asm", old: "earliest  r3, r2", new: "earliest  r3, r1", want: "block0 at 2: r1 does not hold rules"},
		{file: "files.asm", old: "earliest  r3, r2", new: "earliest  r3, r0", want: "block0 at 2: r0 does not hold rules"},
		{file: "files.asm", old: "or        r5, r1, r4", new: "or        r5, r1, r3", want: "block0 at 5: r3 does not hold targets"},
		{file: "files.asm", old: "return    r5", new: "return    r3", want: "block0 at 6: r3 does not hold targets"},
		{file: "files.asm", old: "r3, quarantine", new: "r1, quarantine", want: "block0 at 3: r1 does not hold rules"},
	} {
		text := all[c.file]
		if c.old != "" && !strings.Contains(text, c.old) {
			t.Errorf("%s has no %q", c.file, c.old)
			continue
		}
		p := parse(t, strings.Replace(text, c.old, c.new, 1))
		if c.edit != nil {
			c.edit(p)
		}
		err := Verify(p)
		if err == nil || !strings.Contains("\n"+err.Error()+"\n", "\n"+c.want+"\n") {
			t.Errorf("%s %q → %q:\n have %v\n want %s", c.file, c.old, c.new, err, c.want)
		}
		_ = p.Text() // does not panic either
	}
}

// deep makes a program whose calls are nested.
func deep(depth int) *Program {
	p := &Program{Filters: make([]Filter, 1)}
	for b := range depth {
		p.Blocks = append(p.Blocks, Block{Registers: 2, Node: b, Code: []Instr{
			{Op: AnyDeps, Args: [4]uint16{1, 0, uint16(b + 1), 0}}, {Op: Return, Args: [4]uint16{1}}}})
		p.Nodes = append(p.Nodes, Node{Name: "ANY_DEPS_MATCH", Block: uint16(b), Result: 1, Call: 1})
	}
	p.Blocks = append(p.Blocks, Block{Registers: 1, Node: depth, Code: []Instr{{Op: Return}}})
	p.Nodes = append(p.Nodes, Node{Name: "AND", Block: uint16(depth)})
	return p
}

func TestVerifyDeep(t *testing.T) {
	p := deep(MaxDepth)
	if err := Verify(p); err != nil {
		t.Fatal(err)
	}
	roundTrip(t, p)
}

// TestFlaws shows the first of many.
func TestFlaws(t *testing.T) {
	p := parse(t, example)
	p.Blocks[0].Code = nil
	for range 30 {
		p.Blocks[0].Code = append(p.Blocks[0].Code, Instr{Op: 99})
	}
	err := Verify(p)
	if lines := strings.Split(fmt.Sprint(err), "\n"); len(lines) != maxFlaws+1 || lines[maxFlaws] != "and 21 more" {
		t.Errorf("%v", err)
	}
}
