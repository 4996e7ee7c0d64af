package deployment_test

import (
	"strings"
	"testing"

	"auto/runtime/dagster/deployment"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// same compares definitions by what they mean.
var same = cmp.Comparer(func(p, q *graph.Partitions) bool { return p.Same(q) })

// TestHonest: of two locations that define the same, one by texts alone, what is not in
// doubt is equal.
func TestHonest(t *testing.T) {
	d := read(t, &recorded{dir: "kinds"})
	certain, doubted := 0, 0
	count := func(doubt string) bool {
		if doubt == "" {
			certain++
		} else {
			doubted++
		}
		return doubt == ""
	}
	for key, plain := range d.Assets {
		name, ok := strings.CutPrefix(key, "plain/")
		if !ok {
			continue
		}
		exact := d.Assets["exact/"+name]
		if count(plain.PartitionsDoubt) {
			if diff := cmp.Diff(exact.Partitions, plain.Partitions, same); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		for i, dep := range plain.Deps {
			if count(dep.Doubt) && !meansSame(d, exact, exact.Deps[i], dep) {
				t.Errorf("%s of %s: %+v, want %+v", dep.Key, name, dep.Mapping, exact.Deps[i].Mapping)
			}
		}
	}
	if certain < 25 || doubted < 25 {
		t.Errorf("%d certain, %d in doubt", certain, doubted)
	}
}

// meansSame compares mappings: none is the default one, and any will do where upstream has
// no partitions.
func meansSame(d *deployment.Deployment, down *deployment.Asset, exact, plain deployment.Dep) bool {
	up := d.Assets[exact.Key]
	if !up.Partitioned() {
		return true
	}
	standard := graph.DefaultMapping(definition(up), definition(down))
	a, b := exact.Mapping, plain.Mapping
	if a == nil {
		a = &standard
	}
	if b == nil {
		b = &standard
	}
	return cmp.Equal(a, b)
}

func definition(a *deployment.Asset) *graph.Partitions {
	if a.Partitions == nil {
		return nil
	}
	p, err := graph.NewPartitions(*a.Partitions)
	if err != nil {
		return nil
	}
	return p
}
