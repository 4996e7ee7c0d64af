package vm

import (
	"time"

	"auto/vm/bits"
	"auto/vm/code"
)

// Since is an evaluation that came before: its instant and the id of the last event that
// it knew, 0 where there was none.
type Since struct {
	At    time.Time
	Event int64
}

// Facts says what is known about the entities of a space at the instant of a tick. What
// it gives must not change during the tick.
type Facts interface {
	// Set gives the bits of a fact over the whole space, for facts that are about what is
	// new since an evaluation; the caller does not write to it. It may be shorter than
	// the space where the rest is empty.
	Set(fact code.Fact, since Since) bits.Set
	// UpdatedAt gives the timestamp of the materialization of a bit that was stored last,
	// and false where there is none.
	UpdatedAt(entity, number int) (time.Time, bool)
	// LatestRunSelects gives the number of the partition that the entity's latest
	// materialization is of, if the run that made it selected another entity; false
	// otherwise (Dagster's executed_with_root_target).
	LatestRunSelects(entity, root int) (number int, ok bool)
	// LastEvent is the id of the last event that is known.
	LastEvent() int64
}
