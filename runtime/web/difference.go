package web

import (
	"time"

	"auto/runtime/control"
	"auto/runtime/params"
)

// difference is what an edit does to one name, for people. Where there was or is no value
// of its own the text is what stands instead, or "".
type difference struct {
	Name, Old, New     string
	OldUnset, NewUnset bool
	// Author is who did it, "" where that is said elsewhere.
	Author string
}

// Field gives the id of the input of the name.
func (d difference) Field() string { return fieldID(d.Name) }

// differences gives changes for people.
func differences(j *params.Job, changes []params.Change) []difference {
	var all []difference
	for _, c := range changes {
		d := difference{Name: c.Name.String(), OldUnset: c.Old == nil, NewUnset: c.New == nil}
		if !d.OldUnset {
			d.Old = valueText(j, c.Name, c.Old)
		}
		if !d.NewUnset {
			d.New = valueText(j, c.Name, c.New)
		}
		all = append(all, d)
	}
	return all
}

// version is one edit of the history.
type version struct {
	Version  int64
	Author   string
	At       time.Time
	Changes  []difference
	Restored int64
	// Current: it is what is stored.
	Current bool
}

// versionsOf gives edits for people.
func versionsOf(j *params.Job, history []control.ParamsVersion) []version {
	all := make([]version, len(history))
	for i, v := range history {
		all[i] = version{v.Version, v.Author, v.At, differences(j, v.Changes), v.Restored, i == 0}
	}
	return all
}

// valuesAt gives the values that a version had, by taking back what came after it.
func valuesAt(now params.Values, history []control.ParamsVersion, to int64) params.Values {
	at := now.Clone()
	for _, v := range history {
		if v.Version <= to {
			break
		}
		back := params.Inverse(v.Changes)
		for _, n := range back.Unset {
			at.Unset(n)
		}
		for _, n := range back.Set.Names() {
			value, _ := back.Set.Get(n)
			at.Set(n, value)
		}
	}
	return at
}

// pending is what saving a form would do.
type pending struct {
	Changes []difference
	// Missing are required parameters without a value, for which runs would be refused.
	Missing []named
	// Checked: the form was checked and not saved.
	Checked bool
}
