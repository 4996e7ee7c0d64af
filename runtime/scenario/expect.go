package scenario

import (
	"encoding/json"

	"auto/lang/source"
)

// Expect is what a tick has to give. What is nil is not compared.
type Expect struct {
	// Error is set where the tick is refused; its text needs no match.
	Error string
	// Requested has what is requested by the key of the asset or check.
	Requested map[string]Subset
	// Runs are the run requests. Where they are left out beside something requested they
	// are not compared; beside nothing requested there are none.
	Runs []RunRequest
	// Evaluations has trees of the assets and checks that are compared node by node.
	Evaluations map[string]*Evaluation
	// Launched are the requests that went out, in order, Owed what waits, the oldest first,
	// Dropped what is owed no longer, and Halted the policies that the tick paused; only of
	// scenarios with policies.
	Launched      []Launch
	Owed, Dropped []Work
	Halted        []string
	// At is the place of the block.
	At source.Span
}

// Subset is a set of partitions of one asset or check. The zero Subset is empty.
type Subset struct {
	// True: the asset has no partitions, and is in the set.
	True bool
	// Keys are partition keys and ranges "FIRST..LAST".
	Keys []string
}

// IsEmpty reports whether nothing is in the set.
func (s Subset) IsEmpty() bool { return !s.True && len(s.Keys) == 0 }

// MarshalJSON gives true, or the list of keys.
func (s Subset) MarshalJSON() ([]byte, error) {
	if s.True {
		return []byte("true"), nil
	}
	return json.Marshal(append([]string{}, s.Keys...))
}

// RunRequest stands for one run per listed partition, or for one run without partitions.
type RunRequest struct {
	Assets []string `json:"assets"`
	// Checks is nil where all checks of the assets run along.
	Checks     []string `json:"checks,omitzero"`
	Partitions []string `json:"partitions,omitzero"`
}

// Evaluation is a node of an evaluated condition with its true subset.
type Evaluation struct {
	// Node is Dagster's name of the node, Label "" for none.
	Node     string        `json:"node"`
	Label    string        `json:"label,omitzero"`
	Subset   Subset        `json:"subset,omitzero"`
	Children []*Evaluation `json:"children,omitzero"`
}
