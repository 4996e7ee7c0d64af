package params_test

import (
	"fmt"
	"testing"

	"auto/runtime/params"
)

// large is a job of 1,000 assets with 10 parameters each, every one declared, half of them
// with a value of their own.
func large() (*params.Job, params.Stored) {
	j := &params.Job{Name: "j", Uses: map[string][]string{}}
	var s params.Stored
	for a := range 1000 {
		asset := fmt.Sprintf("group/asset_%d", a)
		j.Assets = append(j.Assets, asset)
		for p := range 10 {
			n := params.Name{Asset: asset, Param: fmt.Sprintf("p%d", p)}
			j.Uses[asset] = append(j.Uses[asset], n.Param)
			j.Schema = append(j.Schema, params.Entry{Name: n, Decl: params.Decl{Type: params.String, Required: true}})
			if p%2 == 0 {
				j.Values.Set(n, "v")
			} else {
				s.Values.Set(n, "{{ params.root }}/x")
			}
		}
	}
	j.Values.Set(params.Name{Param: "root"}, "in")
	return j, s
}

func BenchmarkLarge(b *testing.B) {
	j, s := large()
	for name, f := range map[string]func() error{
		"check":  j.Check,
		"view":   func() error { _, err := j.View(s); return err },
		"launch": func() error { _, err := j.Launch(params.Layers{Operations: s.Values}, params.Run{}); return err },
		"one": func() error {
			_, err := j.Launch(params.Layers{Operations: s.Values}, params.Run{Selection: j.Assets[:1]})
			return err
		},
		"patch": func() error {
			edit, err := j.Split(map[string]any{"group/asset_999.p1": "x", "root": "out"})
			if err != nil {
				return err
			}
			_, _, err = j.Patch(s, params.AnyVersion, edit)
			return err
		},
		"define": func() error {
			edit, err := j.Split(map[string]any{"group/asset_999.p1": "x", "root": "out"})
			if err != nil {
				return err
			}
			_, _, err = j.Define(edit)
			return err
		},
		"convert": func() error { j.Convert(s.Values); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
