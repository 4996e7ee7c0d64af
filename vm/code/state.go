package code

import (
	"crypto/md5"
	"encoding/hex"
	"strconv"
	"strings"
)

// StateID gives the identity of a state. keys are those of the entities from the root down
// to the one that the state is of. Equal identities under one root share one state
// (Dagster's _get_stable_unique_id and get_node_unique_id).
func (p *Program) StateID(state int, keys []string) string {
	s := &p.States[state]
	if s.Kind == VersionState {
		return p.pathID(s.Path, keys)
	}
	return p.stableID(s, target(keys, len(keys)-1))
}

// target names the entity of a state; the root has no name wherever it occurs.
func target(keys []string, at int) string {
	if keys[at] == keys[0] {
		return ""
	}
	return keys[at]
}

func (p *Program) stableID(s *State, key string) string {
	var text strings.Builder
	text.WriteString(map[StateKind]string{SinceState: "SINCE", NewlyTrueState: "NEWLY_TRUE"}[s.Kind])
	for i, part := range s.Parts {
		if part.State > 0 {
			text.WriteString(p.stableID(&p.States[part.State-1], key))
			continue
		}
		text.WriteString(hash("None" + strconv.Itoa(i) + part.Name))
	}
	return hash(text.String() + key)
}

func (p *Program) pathID(path []Step, keys []string) string {
	id := "None"
	for _, step := range path {
		if step.State > 0 {
			id = p.stableID(&p.States[step.State-1], target(keys, int(step.At)))
			continue
		}
		index, name := "None", step.Name
		if step.Index >= 0 {
			index = strconv.Itoa(int(step.Index))
		}
		if step.Depth > 0 {
			name = keys[step.Depth-1]
		}
		id = hash(id + index + name)
	}
	return id
}

func hash(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
