package params

import (
	"bytes"
	"encoding/json"
	"strings"
)

// MarshalText gives the name as people write it.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what MarshalText gives.
func (n *Name) UnmarshalText(text []byte) error {
	*n = Name{Param: string(text)}
	if dot := strings.LastIndexByte(n.Param, '.'); dot >= 0 {
		n.Asset, n.Param = n.Param[:dot], n.Param[dot+1:]
	}
	return nil
}

// MarshalJSON gives the stored form, see [Values.Stored].
func (v Values) MarshalJSON() ([]byte, error) { return json.Marshal(v.Stored()) }

// UnmarshalJSON reads what MarshalJSON gives.
func (v *Values) UnmarshalJSON(text []byte) error {
	var stored map[string]any
	if err := decode(text, &stored); err != nil {
		return err
	}
	var err error
	*v, err = FromStored(stored)
	return err
}

// changeJSON is a change in JSON. A value that is left out is none.
type changeJSON struct {
	Name Name `json:"name"`
	Old  any  `json:"old,omitempty"`
	New  any  `json:"new,omitempty"`
}

// MarshalJSON gives {"name": "asset.param", "old": …, "new": …}.
func (c Change) MarshalJSON() ([]byte, error) { return json.Marshal(changeJSON(c)) }

// UnmarshalJSON reads what MarshalJSON gives.
func (c *Change) UnmarshalJSON(text []byte) error {
	var in changeJSON
	if err := decode(text, &in); err != nil {
		return err
	}
	*c = Change{in.Name, Plain(in.Old), Plain(in.New)}
	return nil
}

// storedJSON is what a store keeps of a job in JSON.
type storedJSON struct {
	Version int64            `json:"version"`
	Values  Values           `json:"config_json"`
	Added   []map[string]any `json:"added,omitempty"`
}

// nameField is the field of a declaration with its name.
const nameField = "name"

// MarshalJSON gives {"version": 1, "config_json": {…}, "added": [{"name": "asset.param",
// "type": …}]}.
func (s Stored) MarshalJSON() ([]byte, error) {
	out := storedJSON{Version: s.Version, Values: s.Values}
	for _, e := range s.Added {
		fields := e.Decl.Long()
		fields[nameField] = e.Name.String()
		out.Added = append(out.Added, fields)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON gives.
func (s *Stored) UnmarshalJSON(text []byte) error {
	var in storedJSON
	if err := decode(text, &in); err != nil {
		return err
	}
	*s = Stored{Version: in.Version, Values: in.Values}
	for _, fields := range in.Added {
		var n Name
		text, _ := fields[nameField].(string)
		if err := n.UnmarshalText([]byte(text)); err != nil {
			return err
		}
		delete(fields, nameField)
		d, err := ReadDecl(fields)
		if err != nil {
			return err
		}
		s.Added = append(s.Added, Entry{n, d})
	}
	return nil
}

// Repeated gives a key that an object has twice, anywhere in a JSON value, and false where
// none has: which of the two values counts, nothing says.
func Repeated(text []byte) (key string, twice bool) {
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	var open []level
	for {
		token, err := in.Token()
		if err != nil {
			return "", false // its end, or no JSON
		}
		if key, ok := token.(string); ok && len(open) > 0 && open[len(open)-1].named {
			if !open[len(open)-1].add(key) {
				return key, true
			}
			continue
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{map[string]bool{}, true})
			continue
		case json.Delim('['):
			open = append(open, level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			open[len(open)-1].named = open[len(open)-1].keys != nil
		}
	}
}

// level is an object or a list that is being read.
type level struct {
	keys  map[string]bool // nil for a list
	named bool            // a key comes next, or the end
}

// add takes a key in, and reports whether it is the first of its name.
func (l *level) add(key string) bool {
	first := !l.keys[key]
	l.keys[key], l.named = true, false
	return first
}

// decode reads JSON with all digits of its numbers.
func decode(text []byte, into any) error {
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	return in.Decode(into)
}

// encode gives a value as JSON for people, who write `&` and `<` as they are.
func encode(value any) (string, error) {
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	err := out.Encode(value)
	return strings.TrimSuffix(b.String(), "\n"), err
}
