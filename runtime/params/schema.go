package params

import (
	"slices"
)

// Entry is one declaration of a schema.
type Entry struct {
	Name Name
	Decl Decl
}

// Schema is what a job declares, in the order in which it does, each name once.
type Schema []Entry

// Find gives the declaration of a name itself, and false where there is none.
func (s Schema) Find(n Name) (Decl, bool) {
	i := slices.IndexFunc(s, func(e Entry) bool { return e.Name == n })
	if i < 0 {
		return Decl{}, false
	}
	return s[i].Decl, true
}

// Of gives the declaration that is for a name: its own, or that of the shared parameter.
func (s Schema) Of(n Name) (Decl, bool) {
	if d, ok := s.Find(n); ok {
		return d, true
	}
	return s.Find(Name{Param: n.Param})
}

// decls are the declarations of a schema, for where many of some assets are looked for.
type decls struct {
	schema Schema
	// near has the shared ones and those of the assets, by name.
	near   map[Name]Decl
	assets map[string]bool
}

func (s Schema) decls(assets []string) decls {
	ds := decls{s, map[Name]Decl{}, setOf(assets)}
	for _, e := range s {
		if ds.assets[e.Name.Asset] {
			ds.near[e.Name] = e.Decl
		}
	}
	return ds
}

// setOf gives assets as a set, which has the empty name of what is shared, too.
func setOf(assets []string) map[string]bool {
	of := make(map[string]bool, len(assets)+1)
	of[""] = true
	for _, asset := range assets {
		of[asset] = true
	}
	return of
}

// find is Schema.Find.
func (ds decls) find(n Name) (Decl, bool) {
	if !ds.assets[n.Asset] {
		return ds.schema.Find(n)
	}
	d, ok := ds.near[n]
	return d, ok
}

// of is Schema.Of.
func (ds decls) of(n Name) (Decl, bool) {
	if d, ok := ds.find(n); ok {
		return d, true
	}
	return ds.find(Name{Param: n.Param})
}

// Names gives the declared names in their order.
func (s Schema) Names() []Name {
	names := make([]Name, len(s))
	for i, e := range s {
		names[i] = e.Name
	}
	return names
}

// With gives a schema that has an entry for a name too: in the place of one that it has,
// at the end otherwise.
func (s Schema) With(n Name, d Decl) Schema {
	s = slices.Clone(s)
	if i := slices.IndexFunc(s, func(e Entry) bool { return e.Name == n }); i >= 0 {
		s[i].Decl = d
		return s
	}
	return append(s, Entry{n, d})
}

// Equal reports whether two schemas declare the same in the same order.
func (s Schema) Equal(t Schema) bool {
	return slices.EqualFunc(s, t, func(a, b Entry) bool { return a.Name == b.Name && a.Decl.Equal(b.Decl) })
}

// Shorthand gives each declaration by the name that people write.
func (s Schema) Shorthand() map[string]string {
	words := make(map[string]string, len(s))
	for _, e := range s {
		words[e.Name.String()] = e.Decl.String()
	}
	return words
}
