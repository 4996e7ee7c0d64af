package files

import "auto/lang/template"

// Uses reports whether any template or value of the program names a field, so that what
// is costly to find out is asked for only then.
func (p *Program) Uses(field string) bool { return p.used[field] }

// fieldSet collects the fields that templates and values name.
type fieldSet map[string]bool

// usedFields gives the fields that a program names.
func usedFields(p *Program) fieldSet {
	s := fieldSet{}
	s.template(p.RunKey)
	s.template(p.Otherwise.To)
	s.maps(p.Tags, p.Params, p.Config)
	for _, r := range p.Rules {
		s.maps(r.Tags, r.Params, r.Config)
		for _, t := range r.Targets {
			s.template(t.Key)
		}
	}
	return s
}

func (s fieldSet) template(t *template.Template) {
	if t == nil {
		return
	}
	for _, p := range t.Parts() {
		if p.Field != "" {
			s[p.Field] = true
		}
	}
}

func (s fieldSet) maps(tags, params []Entry, config []Config) {
	s.entries(tags)
	s.entries(params)
	for _, c := range config {
		s.entries(c.Entries)
	}
}

func (s fieldSet) entries(entries []Entry) {
	for _, e := range entries {
		s.value(e.Value)
	}
}

func (s fieldSet) value(v Value) {
	if v.Field != "" {
		s[v.Field] = true
	}
	s.template(v.Template)
	for _, item := range v.Items {
		s.value(item)
	}
	s.entries(v.Entries)
}
