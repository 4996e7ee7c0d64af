// Package scenario reads, runs and writes scenario files: an asset graph, conditions and a
// list of ticks with what happens before and what is expected.
package scenario
