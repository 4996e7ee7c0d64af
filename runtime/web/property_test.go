package web_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"auto/runtime/params"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// names are names of the shop, with what draws a value of each and writes it.
var names = map[string]*rapid.Generator[any]{
	"region":              rapid.Map(rapid.OneOf(rapid.SampledFrom([]string{"", " ", "a\nb", "<b>&amp;\"'", "{x", "false", "\n"}), rapid.StringMatching(`[ -~äλ]{0,12}`)), func(s string) any { return s }),
	"shop/customers.note": rapid.Map(rapid.StringMatching(`[ -~]{0,6}`), func(s string) any { return s }),
	"retries":             rapid.Map(rapid.Int64Range(-3, 1<<53), func(i int64) any { return i }),
	"shop/orders.retries": rapid.Map(rapid.Int64Range(0, 2), func(i int64) any { return i }),
	"ratio":               rapid.Map(rapid.Float64Range(-5, 5), func(f float64) any { return f }),
	"dry_run":             rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	"mode":                rapid.Map(rapid.SampledFrom([]string{"append", "replace"}), func(s string) any { return s }),
	"columns":             rapid.Map(rapid.SliceOfN(rapid.StringMatching(`[a-z "]{0,4}`), 0, 3), func(l []string) any { return anySlice(l) }),
}

func anySlice(list []string) any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// TestUntouchedFormChangesNothing: whatever is stored, a page that is sent back as it came
// stores nothing, and one with one field changed stores that alone.
func TestUntouchedFormChangesNothing(t *testing.T) {
	page := signedIn(t, shop(t))
	fields := slices.Sorted(maps.Keys(names))
	rapid.Check(t, func(t *rapid.T) {
		values := map[string]any{}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(fields), rapid.ID[string]).Draw(t, "names") {
			values[name] = names[name].Draw(t, name)
		}
		page.replace(t, values)
		before, err := page.Stored(t.Context(), "nightly")
		if err != nil {
			t.Fatal(err)
		}
		form := page.form(t, "jobs/nightly")
		if code, body := page.send(t, "jobs/nightly", form); code != 200 {
			t.Fatal(code, body)
		}
		after, err := page.Stored(t.Context(), "nightly")
		if err != nil {
			t.Fatal(err)
		}
		if after.Version != before.Version {
			t.Fatalf("version %d: %s", after.Version, cmp.Diff(before.Values.Flatten(), after.Values.Flatten()))
		}
		form = page.form(t, "jobs/nightly")
		change(form, "o:shop/orders.note", "1", "v:shop/orders.note", "changed")
		if code, body := page.send(t, "jobs/nightly", form); code != 200 {
			t.Fatal(code, body)
		}
		values["shop/orders.note"] = "changed"
		page.expect(t, "nightly", values)
	})
}

// replace stores values in place of all that is stored.
func (b *browser) replace(t tester, values map[string]any) {
	t.Helper()
	e, err := shop(t).Split(values)
	if err != nil {
		t.Fatal(err)
	}
	now, err := b.Stored(t.Context(), "nightly")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range now.Values.Names() {
		if _, set := e.Set.Get(n); !set {
			e.Unset = append(e.Unset, n)
		}
	}
	if _, err := b.Patch(t.Context(), "nightly", params.AnyVersion, e, "test"); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkMatrix makes the page of a job of 100 assets and 30 parameters.
func BenchmarkMatrix(b *testing.B) {
	page := signedIn(b, large(b))
	for b.Loop() {
		r := page.raw("GET", "/ui/jobs/large", "", "Cookie: "+page.cookie(b))
		if r.Code != 200 || !strings.Contains(r.Body.String(), "p29") {
			b.Fatal(r.Code)
		}
		b.SetBytes(int64(r.Body.Len()))
	}
}

func large(t tester) *params.Job {
	j := &params.Job{Name: "large"}
	for i := range 100 {
		j.Assets = append(j.Assets, fmt.Sprintf("group/asset_%02d", i))
	}
	var text strings.Builder
	for i := range 30 {
		fmt.Fprintf(&text, "p%02d string|value\n", i)
	}
	j.Schema = schema(t, text.String())
	return j
}
