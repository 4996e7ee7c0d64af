// Package live is the state of a project's conditions, folded from the journal: what is
// known, what conditions remember, and what is owed. It is pure: a record gives the same
// always, whether it has just come or is read again.
package live

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"auto/compiler"
	"auto/compiler/condition"
	"auto/lang/diag"
	"auto/runtime/journal"
	"auto/runtime/params"
	"auto/runtime/project"
	"auto/vm/graph"
)

// Setup is what is in force between two records of policies.
type Setup struct {
	Fingerprint string
	Graph       *graph.Graph
	// Policies are by name; those without a condition are left out.
	Policies map[string]*compiler.Policy
	// Sensors have the keys with conditions, each in exactly one; sorted by name.
	Sensors []compiler.Sensor
	Env     map[string]string
	// Jobs have the parameters that job files declare.
	Jobs []*params.Job
}

// NewSetup gives what a project without errors puts in force.
func NewSetup(p *project.Project) *Setup {
	s := &Setup{Fingerprint: Fingerprint(p), Graph: p.Graph, Policies: map[string]*compiler.Policy{}, Env: Environment(p), Jobs: p.Params}
	for _, policy := range p.Policies.Policies {
		if policy.When != nil {
			s.Policies[policy.Name] = policy
		}
	}
	s.Sensors = s.sensors(p.Policies.Sensors)
	return s
}

// sensors gives the sensors with the keys of theirs that have a condition. One without any
// is left out, but there is at least one, so that events are folded before there are
// policies.
func (s *Setup) sensors(declared []*compiler.Sensor) []compiler.Sensor {
	conditioned := map[string]bool{}
	for _, p := range s.Policies {
		for _, key := range p.Keys {
			conditioned[key] = true
		}
	}
	var used []compiler.Sensor
	for _, d := range declared {
		one := *d
		one.Keys = slices.DeleteFunc(slices.Clone(d.Keys), func(key string) bool { return !conditioned[key] })
		if len(one.Keys) > 0 {
			used = append(used, one)
		}
	}
	if len(used) == 0 {
		used = []compiler.Sensor{{Name: compiler.DefaultSensor, Every: compiler.DefaultEvery, Budget: compiler.DefaultBudget}}
	}
	slices.SortFunc(used, func(a, b compiler.Sensor) int { return cmp.Compare(a.Name, b.Name) })
	return used
}

// conditions gives the conditions of keys.
func (s *Setup) conditions(keys []string) map[string]*condition.Node {
	wanted := map[string]bool{}
	for _, key := range keys {
		wanted[key] = true
	}
	out := make(map[string]*condition.Node, len(keys))
	for _, name := range slices.Sorted(maps.Keys(s.Policies)) {
		for _, key := range s.Policies[name].Keys {
			if wanted[key] {
				out[key] = s.Policies[name].When
			}
		}
	}
	return out
}

// Environment gives the values of the environment names that the policies read. No other is
// kept: they are tokens and keys of the project file.
func Environment(p *project.Project) map[string]string {
	read := make(map[string]string, len(p.Policies.Env))
	for _, name := range p.Policies.Env {
		read[name] = p.Env[name]
	}
	return read
}

// Fingerprint names what a project says: its texts and the values of the environment names
// that its policies read.
func Fingerprint(p *project.Project) string {
	hash := sha256.New()
	// Maps are written in the order of their keys.
	if err := json.NewEncoder(hash).Encode([]map[string]string{p.Texts, Environment(p)}); err != nil {
		panic(err) // maps of texts always have a JSON form
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// Loader makes a setup of a record of policies. A *BrokenError says that this version of
// auto cannot.
type Loader func(p *journal.Policies) (*Setup, error)

// BrokenError: policies that were in force once have errors now, such as after a change of
// auto, or a text of theirs is lost.
type BrokenError struct {
	// Record is that of the policies, Since its instant.
	Record int64
	Since  time.Time
	// Findings are the errors; Err stands in for them where a text is lost.
	Findings diag.List
	Err      error
}

// Error says what is wrong with them.
func (e *BrokenError) Error() string {
	why := "they have findings now (" + e.Findings.Summary() + ")"
	if e.Err != nil {
		why = e.Err.Error()
	}
	if len(e.Findings) > 0 {
		why += ", such as: " + e.Findings[0].Message
	}
	return fmt.Sprintf("the policies in force since %s cannot be loaded: %s", e.Since.UTC().Format(time.RFC3339), why)
}

// Unwrap gives the reason, nil for findings.
func (e *BrokenError) Unwrap() error { return e.Err }
