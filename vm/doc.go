// Package vm is the machine that evaluates compiled conditions over sets of partitions.
//
// A Machine is made from a space.Space, verified programs (package code) and the Cursor of
// the evaluations before. Tick evaluates every condition at an instant against Facts and
// leaves what is to be run in Requested. It reads no clock and does no IO; equal inputs give
// equal answers.
//
// # Space and frames
//
// Every partition of every asset and check is a bit of the space. Facts, requests and what
// conditions were last true for are sets over all of it. A program is evaluated over a batch:
// one entity with partitions, or many without any, of one level, side by side.
//
// Each block of a program runs over a frame. That of the root is the bits of the batch. An
// operator that looks at other entities calls a block, which has frames of its own: one for
// each entity with partitions that is looked at, and one in which all others are packed, a
// bit for each edge. The same entity looked at from two callers is in it twice, so that
// candidates and state are right for each. Frames form a tree that is made once, by New.
//
// # Registers
//
// A register is a subset of its frame's partitions. It is one of four kinds:
//
//	empty  nothing; a register that no executed instruction wrote is empty
//	every  whatever there is: Dagster's AllPartitionsSubset, which is not empty even where
//	       there are no partitions and which cuts off nothing
//	full   each partition that there is, one by one
//	mixed  what the words say, neither none nor all
//
// Most of the work on a quiet graph is on the first three and touches no words. The words
// may be those of a fact, a state or another register; what an instruction computes lies in
// room that belongs to the register alone. Bits behind the defined ones (ghosts) are keys
// that the definition has lost but a state or a backfill still names. A register also says
// whether time windows are held key by key, which Dagster's evaluations can tell (classify).
//
// # Calls
//
// A call maps the candidates of the caller to those of each called frame, runs the block,
// and maps what it returns back; links say how (space.Relation). Between packed frames that
// is one number for each bit. An operator for any unites, one for all narrows its candidates.
//
// # State and times
//
// SINCE and NEWLY_TRUE keep a set, code_version_changed the versions, in the slots of the
// frame of their block. Nodes of one identity (code.Program.StateID) under one root begin a
// tick with the same state and answer each for itself; the last one in the order of the tree
// is what all hold afterwards (settle). Cursor writes states by identity and keys.
//
// Where a partition is triggered and reset between the same two evaluations, SINCE compares
// when: it follows the entries of Program.Times down to schedules, materializations and
// evaluations (times.go).
//
// # Order
//
// Levels are evaluated in order. What a level requests is seen by the next. Where a program
// can ask for a request of its own level, the entities of the level are evaluated in turns
// (turns.go): Dagster evaluates them side by side, and what one requests is seen by those
// that still wait for storage when it ends. An entity of an execution set pulls the others along (pull).
//
// # Quiet
//
// A batch is evaluated where a fact of something it looks at changed (Changing), a request
// came or went, a moment of a schedule passed, or its last evaluation moved its state. All
// others would answer as before and are skipped.
//
// # Bounds
//
// Code jumps only forward and each frame has one caller, so a tick runs each frame once at
// most. New counts memory and steps against Limits while it lays frames out, before it
// makes them; no tick has to be stopped. A warm tick does not allocate, except where SINCE
// compares times.
//
// # Example
//
// The condition missing().newly_true() & ~any_deps_match(missing()) is this program:
//
//	block0 registers 6
//	    0  all       r1
//	    1  within    r2, fact0, r1                # missing
//	    2  newly     r3, r2, r0, state0           # NEWLY_TRUE
//	    3  skip      r3, 6
//	    4  anydeps   r4, r3, block1, filter0      # ANY_DEPS_MATCH
//	    5  sub       r5, r3, r4                   # AND; NOT
//	    6  return    r5
//	block1 registers 2
//	    0  within    r1, fact0, r0                # missing
//	    1  return    r1
//
// Let report depend on orders, both with four days; nothing of report is there, and of
// orders days 0 and 1. The first tick, bits in order of the days:
//
//	r0  every                  the candidates of the root
//	r1  every
//	r2  full   1111            report is missing on all days
//	r3  full   1111            none of that is in state0, which becomes 1111
//	    block1 on orders: r0 full, mapped up; r1 mixed 0011, the missing ones
//	r4  mixed  0011            mapped down, within r3
//	r5  mixed  1100            requested: days 0 and 1
//
// The state moved, so the next tick evaluates again: r3 is empty, the jump is taken, r5 was
// not written and nothing is requested. That nothing is requested any more is news too; from
// the tick after that the batch is skipped until a fact of report or orders changes.
package vm
