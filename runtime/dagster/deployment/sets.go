package deployment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/Khan/genqlient/graphql"
)

// setsAtOnce bounds the questions of one call.
const setsAtOnce = 500

// sets finds the assets that only run together. GraphQL tells which others a run of some
// assets needs, so one asset of each op that makes several is asked for, all of them in
// one call. All assets of an op are in one set, or none is: it can be run in parts.
func (r *reading) sets(d *Deployment) error {
	for asked := range slices.Chunk(r.firsts(), setsAtOnce) {
		answers, err := r.required(asked)
		if err != nil {
			return err
		}
		for i, others := range answers {
			if len(others) == 0 {
				continue
			}
			set := append(others, asked[i])
			slices.Sort(set)
			for _, member := range set {
				if a := d.Assets[member]; a != nil {
					a.Set = set
				}
			}
		}
	}
	return nil
}

// firsts gives the least key of each op that makes several assets.
func (r *reading) firsts() []string {
	members := map[string][]string{}
	for i := range r.nodes {
		n := &r.nodes[i]
		for _, op := range opsOf(n) {
			at := place(n.Repository.Location.Name, n.Repository.Name) + op
			members[at] = append(members[at], key(n.AssetKey.Path))
		}
	}
	var out []string
	for _, keys := range members {
		if len(keys) > 1 {
			out = append(out, slices.Min(keys))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// opsOf gives the names that an asset shares with those of its definition: that of its
// graph, or else those of its ops.
func opsOf(n *node) []string {
	if n.GraphName != nil && *n.GraphName != "" {
		return []string{"graph " + *n.GraphName}
	}
	return n.OpNames
}

// required asks, for each asset on its own, which others a run of it needs.
func (r *reading) required(keys []string) ([][]string, error) {
	var answer map[string]json.RawMessage
	ask := requiredQuery(keys)
	if err := r.client.MakeRequest(r.ctx, ask, &graphql.Response{Data: &answer}); err != nil {
		return nil, r.explain(err)
	}
	if err := r.sameVersions(answer); err != nil {
		return nil, err
	}
	out := make([][]string, len(keys))
	for i := range keys {
		var others []struct {
			Path []string `json:"path"`
		}
		if err := json.Unmarshal(answer[alias(i)], &others); err != nil {
			return nil, fmt.Errorf("no answer about what a run of `%s` needs: %w", keys[i], err)
		}
		for _, other := range others {
			out[i] = append(out[i], key(other.Path))
		}
	}
	return out, nil
}

// sameVersions is same for an answer that genqlient did not read.
func (r *reading) sameVersions(answer map[string]json.RawMessage) error {
	var v Versions
	whole, err := json.Marshal(answer)
	if err == nil {
		err = json.Unmarshal(whole, &v)
	}
	if err != nil {
		return err
	}
	return r.same(&v)
}

func alias(i int) string { return fmt.Sprintf("a%d", i) }

// requiredQuery writes the query, whose number of questions genqlient cannot know.
func requiredQuery(keys []string) *graphql.Request {
	variables := map[string]any{}
	var heads, asks strings.Builder
	for i, k := range keys {
		variables[alias(i)] = []AssetKeyInput{{Path: strings.Split(k, "/")}}
		fmt.Fprintf(&heads, "$%s: [AssetKeyInput!]! ", alias(i))
		fmt.Fprintf(&asks, "  %s: assetNodeAdditionalRequiredKeys(assetKeys: $%s) { path }\n", alias(i), alias(i))
	}
	const states = "  locationStatusesOrError { __typename ... on PythonError { message } ... on WorkspaceLocationStatusEntries { entries { name loadStatus versionKey } } }\n"
	return &graphql.Request{OpName: "RequiredKeys", Query: "query RequiredKeys(" + heads.String() + ") {\n" + states + asks.String() + "}", Variables: variables}
}
