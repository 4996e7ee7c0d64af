package params

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
)

// StoredKey has the values of assets in the stored form, below the shared ones.
const StoredKey = "_ops_config"

// Values are the values that one layer gives: shared ones by parameter, those of assets by
// asset and parameter. Both may be nil, and no inner map is empty. A value is nil, bool,
// int64, float64, string, []any, map[string]any, or json.Number for a number that no
// int64 or float64 has.
type Values struct {
	Shared map[string]any
	Assets map[string]map[string]any
}

// Get gives the value of a name, and false where there is none.
func (v Values) Get(n Name) (any, bool) {
	of := v.Shared
	if !n.Shared() {
		of = v.Assets[n.Asset]
	}
	value, ok := of[n.Param]
	return value, ok
}

// Set gives a name a value.
func (v *Values) Set(n Name, value any) {
	value = Plain(value)
	if n.Shared() {
		if v.Shared == nil {
			v.Shared = map[string]any{}
		}
		v.Shared[n.Param] = value
		return
	}
	if v.Assets == nil {
		v.Assets = map[string]map[string]any{}
	}
	if v.Assets[n.Asset] == nil {
		v.Assets[n.Asset] = map[string]any{}
	}
	v.Assets[n.Asset][n.Param] = value
}

// Unset removes the value of a name, and the containers that it leaves empty.
func (v *Values) Unset(n Name) {
	if n.Shared() {
		delete(v.Shared, n.Param)
	} else if of := v.Assets[n.Asset]; of != nil {
		delete(of, n.Param)
		if len(of) == 0 {
			delete(v.Assets, n.Asset)
		}
	}
	if len(v.Shared) == 0 {
		v.Shared = nil
	}
	if len(v.Assets) == 0 {
		v.Assets = nil
	}
}

// Empty reports whether there is no value.
func (v Values) Empty() bool { return len(v.Shared) == 0 && len(v.Assets) == 0 }

// Names gives the names that have values: shared ones first, sorted.
func (v Values) Names() []Name {
	names := make([]Name, 0, len(v.Shared))
	for param := range v.Shared {
		names = append(names, Name{Param: param})
	}
	for asset, of := range v.Assets {
		for param := range of {
			names = append(names, Name{asset, param})
		}
	}
	slices.SortFunc(names, compareNames)
	return names
}

// appendNames appends the names of an asset, "" for the shared ones, in any order.
func (v Values) appendNames(names []Name, asset string) []Name {
	of := v.Shared
	if asset != "" {
		of = v.Assets[asset]
	}
	for param := range of {
		names = append(names, Name{asset, param})
	}
	return names
}

// Clone gives a copy. The values themselves are shared: nobody changes one.
func (v Values) Clone() Values {
	c := Values{Shared: maps.Clone(v.Shared), Assets: maps.Clone(v.Assets)}
	for asset, of := range c.Assets {
		c.Assets[asset] = maps.Clone(of)
	}
	return c
}

// Equal reports whether both have the same values; 5 and 5.0 are the same.
func (v Values) Equal(w Values) bool {
	names := v.Names()
	return slices.Equal(names, w.Names()) && !slices.ContainsFunc(names, func(n Name) bool {
		a, _ := v.Get(n)
		b, _ := w.Get(n)
		return !Same(a, b)
	})
}

// Flatten gives the values by the names that people write, the opposite of [Split].
func (v Values) Flatten() map[string]any {
	flat := make(map[string]any, len(v.Shared))
	for _, n := range v.Names() {
		flat[n.String()], _ = v.Get(n)
	}
	return flat
}

// Stored gives the form that a store keeps as JSON: shared values by parameter, those of
// assets below [StoredKey] by asset and parameter.
func (v Values) Stored() map[string]any {
	stored := maps.Clone(v.Shared)
	if stored == nil {
		stored = map[string]any{}
	}
	if len(v.Assets) > 0 {
		stored[StoredKey] = opsOf(v.Assets)
	}
	return stored
}

// FromStored reads the stored form. Names are taken as they are: what is stored may be of
// assets and parameters that a job no longer has. A value that is null is none. The error
// is a [Problem]: below [StoredKey] stands something other than mappings of mappings.
func FromStored(stored map[string]any) (Values, error) {
	var v Values
	for param, value := range stored {
		if param != StoredKey && value != nil {
			v.Set(Name{Param: param}, value)
		}
	}
	err := eachOp(stored[StoredKey], func(n Name, value any) {
		if value != nil {
			v.Set(n, value)
		}
	})
	return v, err
}

// eachOp calls f with each value below [StoredKey].
func eachOp(ops any, f func(n Name, value any)) error {
	if ops == nil {
		return nil
	}
	wrong := Problem{Kind: BadKey, Subject: StoredKey, Message: "`" + StoredKey + "` has values by asset and parameter.", Help: "Write `{\"" + StoredKey + "\": {\"asset\": {\"param\": value}}}`."}
	byAsset, ok := ops.(map[string]any)
	if !ok {
		return wrong
	}
	for asset, of := range byAsset {
		byParam, ok := of.(map[string]any)
		if !ok {
			return wrong
		}
		for param, value := range byParam {
			f(Name{asset, param}, value)
		}
	}
	return nil
}

// opsOf gives the values of assets as JSON knows them.
func opsOf(assets map[string]map[string]any) map[string]any {
	ops := make(map[string]any, len(assets))
	for asset, of := range assets {
		ops[asset] = maps.Clone(of)
	}
	return ops
}

// Plain gives a value in the types of [Values], whatever way its JSON was decoded.
func Plain(value any) any {
	switch v := value.(type) {
	case json.Number:
		return plainNumber(v)
	case int:
		return int64(v)
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = Plain(v[i])
		}
		return items
	case map[string]any:
		fields := make(map[string]any, len(v))
		for k := range v {
			fields[k] = Plain(v[k])
		}
		return fields
	}
	return value
}

// plainNumber gives a number as int64 or float64, or as it is where it is whole and too
// large for the one, so that no digit is lost.
func plainNumber(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	if f, err := n.Float64(); err == nil && hasPoint(n.String()) {
		return f
	}
	return n
}

func hasPoint(number string) bool {
	return slices.ContainsFunc([]byte(number), func(c byte) bool { return c == '.' || c == 'e' || c == 'E' })
}

// Same reports whether two values are the same as JSON; 5 and 5.0 are.
func Same(a, b any) bool {
	a, b = Plain(a), Plain(b)
	switch x := a.(type) {
	case int64:
		if y, ok := b.(float64); ok {
			return float64(x) == y && int64(y) == x
		}
	case float64:
		if _, ok := b.(int64); ok {
			return Same(b, a)
		}
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Same)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, Same)
	}
	return reflect.DeepEqual(a, b)
}

// sortedKeys gives the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	return slices.SortedFunc(maps.Keys(m), cmp.Compare[string])
}
