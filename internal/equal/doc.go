// Package equal holds the machine against the oracle on random scenarios: requests, runs
// and the subset of every node are equal on every tick, whether programs are optimised or
// not, kept or loaded from a cursor between ticks, laid out in one order or another, whether
// quiet batches are skipped or not, and whether the world forgets or not. It has tests only.
package equal
