package assets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// The first lines of a file that was imported. The checksum is of all that follows.
const (
	headline = "# Imported from Dagster by `auto graph import dagster`, which writes this file anew.\n# What is to stay belongs elsewhere (docs/dagster.md).\n"
	sumline  = "# sha256 "
)

// Write gives the text of an asset file: partitions definitions by name, assets and jobs
// sorted, so that an import that changes nothing gives the same bytes. What is in doubt
// has a comment.
func (i Imported) Write() ([]byte, error) {
	named := nameDefinitions(i.Assets)
	doubts := map[string]string{}
	for _, a := range i.Assets {
		if a.Partitions != nil && a.Doubt != "" {
			doubts[named.of(a.Partitions)] = a.Doubt
		}
	}
	partitions := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range named.list {
		name := word(named.of(p))
		name.HeadComment = inDoubt(doubts[name.Value])
		partitions.Content = append(partitions.Content, name, compact(named.spelled(p)))
	}
	if len(partitions.Content) == 0 {
		partitions = nil
	}
	root := mapping(
		field{name: "partitions", value: partitions},
		field{name: "assets", value: list(i.Assets, named.asset)},
		field{name: "jobs", value: list(i.Jobs, job)},
	)
	body, err := encode(root)
	if err != nil {
		return nil, err
	}
	return stamp(body), nil
}

func inDoubt(doubt string) string {
	if doubt == "" {
		return ""
	}
	return "In doubt: " + doubt
}

func (n *names) asset(a Asset) *yaml.Node {
	group := a.Group
	if group == "default" {
		group = ""
	}
	above := ""
	if a.Partitions == nil || n.of(a.Partitions) == "" {
		above = inDoubt(a.Doubt)
	}
	partitions := field{name: "partitions", value: compact(n.definition(a.Partitions)), above: above}
	out := mapping(field{name: "key", value: text(a.Key)},
		field{name: "description", value: text(a.Description)},
		field{name: "group", value: text(group)}, field{name: "kinds", value: compact(texts(a.Kinds))},
		field{name: "tags", value: compact(sorted(a.Tags, word))}, field{name: "owners", value: compact(texts(a.Owners))},
		field{name: "code_version", value: text(a.CodeVersion)}, field{name: "external", value: yes(a.External)}, field{name: "observable", value: yes(a.Observable)},
		field{name: "repository", value: text(a.Repository)}, field{name: "op", value: text(a.Op)}, field{name: "execution_set", value: text(a.ExecutionSet)},
		field{name: "freshness", value: yes(a.Freshness)}, partitions,
		field{name: "deps", value: compact(a.deps())},
		field{name: "checks", value: compact(list(a.Checks, check))},
	)
	if a.Partitions == nil && above != "" {
		out.HeadComment = "Its partitions are not known. " + above
	}
	return out
}

func (a Asset) deps() *yaml.Node {
	if len(a.Deps) == 0 {
		return nil
	}
	out := &yaml.Node{Kind: yaml.SequenceNode}
	for n, dep := range a.Deps {
		item := word(dep.Key)
		if dep.Mapping != nil {
			item = mapping(field{name: "key", value: item}, field{name: "mapping", value: mappingNode(dep.Mapping)})
		}
		item.HeadComment = inDoubt(a.DepDoubts[n])
		out.Content = append(out.Content, item)
	}
	return out
}

func job(j Job) *yaml.Node {
	return mapping(field{name: "name", value: text(j.Name)}, field{name: "selection", value: compact(texts(j.Keys))})
}

// encode writes a document.
func encode(root *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	err := e.Encode(root)
	return out.Bytes(), err
}

// stamp puts the lines before a text by which it is known as imported.
func stamp(body []byte) []byte {
	return append([]byte(headline+sumline+sum(body)+"\n"), body...)
}

func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:8])
}

// Imports reports whether a file was imported, edited since or not.
func Imports(text string) bool {
	return strings.HasPrefix(strings.ReplaceAll(text, "\r\n", "\n"), headline)
}

// Untouched gives an error that says in a sentence why a file is not to be overwritten:
// it was not imported, or was edited since.
func Untouched(text []byte) error {
	rest, ok := strings.CutPrefix(strings.ReplaceAll(string(text), "\r\n", "\n"), headline)
	line, body, found := strings.Cut(rest, "\n")
	given, stamped := strings.CutPrefix(line, sumline)
	switch {
	case !ok || !found || !stamped:
		return fmt.Errorf("it was not imported")
	case given != sum([]byte(body)):
		return fmt.Errorf("it was edited since it was imported")
	}
	return nil
}
