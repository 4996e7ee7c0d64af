package openlineage

import (
	"slices"
	"strings"
	"sync"
)

// Dataset says which asset a dataset is.
type Dataset struct {
	// Namespace and Name are those of the dataset, Namespace "" for any.
	Namespace, Name string
	// Asset is the asset key, "" for none: the dataset is of no interest.
	Asset string
}

// names finds the assets of datasets in one graph.
type names struct {
	options Options
	assets  Assets
	// folded gives the keys by their lower-case form, "" where several share one. It is
	// made when a name is no key as it is.
	folded func() map[string]string
}

func newNames(o Options, assets Assets) *names {
	return &names{options: o, assets: assets, folded: sync.OnceValue(func() map[string]string { return fold(assets.Keys()) })}
}

func fold(keys []string) map[string]string {
	folded := map[string]string{}
	for _, key := range keys {
		lower := strings.ToLower(key)
		if _, twice := folded[lower]; twice {
			folded[lower] = ""
		} else {
			folded[lower] = key
		}
	}
	return folded
}

// asset gives the asset that a dataset is: as the project says, or by its name, or by a
// name that a symlink gives it.
func (n *names) asset(d dataset) (key string, ok bool) {
	known := append([]Dataset{{Namespace: d.Namespace, Name: d.Name}}, symlinks(d)...)
	for _, k := range known {
		if key, said := n.said(k); said {
			return key, key != ""
		}
	}
	for _, k := range known {
		if key := n.named(k); key != "" {
			return key, true
		}
	}
	return "", false
}

// said looks a dataset up in what the project says.
func (n *names) said(d Dataset) (string, bool) {
	for _, m := range n.options.Datasets {
		if m.Name == d.Name && (m.Namespace == "" || m.Namespace == d.Namespace) {
			return m.Asset, true
		}
	}
	return "", false
}

// named finds the asset whose key a dataset's name ends with, "" for none: first the whole
// name, then without its first component, and so on. A key is found whole or not at all:
// that a table has the last component of a key alone says nothing.
func (n *names) named(d Dataset) string {
	if n.options.Namespaces != nil && !slices.Contains(n.options.Namespaces, d.Namespace) {
		return ""
	}
	parts := strings.FieldsFunc(d.Name, func(r rune) bool { return r == '.' || r == '/' })
	for ; len(parts) > 0; parts = parts[1:] {
		key := strings.Join(parts, "/")
		if _, ok := n.assets.Asset(key); ok {
			return key
		}
		if key := n.folded()[strings.ToLower(key)]; key != "" {
			return key
		}
	}
	return ""
}

// symlinks gives the other names of a dataset, such as the table of a path.
func symlinks(d dataset) []Dataset {
	var out []Dataset
	list, _ := d.Facets["symlinks"]["identifiers"].([]any)
	for _, item := range list {
		fields, _ := item.(map[string]any)
		o := object(fields)
		out = append(out, Dataset{Namespace: o.text("namespace"), Name: o.text("name")})
	}
	return out
}
