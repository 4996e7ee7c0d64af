package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"auto/vm/match"

	"pgregory.net/rapid"
)

// TestSetAsEachRule holds the set against each rule's patterns alone.
func TestSetAsEachRule(t *testing.T) {
	names := []string{"*", "*.csv", "a*", "*b*", "a?b.csv", "[ab]*", "{x}_{y}.csv", "{d:%Y%m%d}.csv", "ab.csv", "{a,b}{,.csv}", "é*"}
	regexes := []string{`.*`, `a+b*`, `(?i)AB.*`, `^a.*$`, `[a-c]{2}\..*`, `\w+\.csv`, `a\b.*`, `(a|b)+`, `x*`, `(?i)[k-s]+é?`}
	folders := []string{"", "**", "a", "a/**", "**/b", "*"}
	rapid.Check(t, func(t *rapid.T) {
		var rules []match.Rule
		for range rapid.IntRange(0, 30).Draw(t, "rules") {
			rules = append(rules, match.Rule{Name: drawName(t, names, regexes), Folder: drawFolder(t, folders)})
		}
		set := match.NewSet(rules)
		for range 10 {
			name := rapid.OneOf(rapid.StringMatching(`[abé_.]{0,4}(\.csv)?`), rapid.String(), rapid.StringMatching(`202[34]0[123](29|30|01)\.csv`)).Draw(t, "name")
			folder := rapid.StringMatching(`([ab]/?){0,3}`).Draw(t, "folder")
			var want []int32
			for i, r := range rules {
				if r.Name.Matches(name) && (r.Folder == nil || r.Folder.Matches(folder)) {
					want = append(want, int32(i))
				}
			}
			if got := set.Match(name, folder, nil); !slices.Equal(got, want) {
				t.Fatalf("%q in %q: %v, want %v", name, folder, got, want)
			}
		}
	})
}

func drawName(t *rapid.T, names, regexes []string) *match.Pattern {
	if rapid.Bool().Draw(t, "regex") {
		return must(match.Regex(rapid.SampledFrom(regexes).Draw(t, "name")))
	}
	return must(match.Glob(rapid.SampledFrom(names).Draw(t, "name"), false))
}

func drawFolder(t *rapid.T, folders []string) *match.Pattern {
	if rapid.Bool().Draw(t, "any folder") {
		return nil
	}
	return must(match.Glob(rapid.SampledFrom(folders).Draw(t, "folder"), true))
}

func must(p *match.Pattern, err error) *match.Pattern {
	if err != nil {
		panic(err)
	}
	return p
}

// TestSetOverflow walks through more states than a cache holds.
func TestSetOverflow(t *testing.T) {
	var rules []match.Rule
	for i := range 40 {
		rules = append(rules, match.Rule{Name: must(match.Regex(fmt.Sprintf(`.*[a-m].{%d}[n-z].*`, i%13)))})
	}
	set, random := match.NewSet(rules), rand.New(rand.NewPCG(1, 2))
	for range 300 {
		name := make([]byte, 40)
		for i := range name {
			name[i] = byte('a' + random.IntN(26))
		}
		var want []int32
		for i, r := range rules {
			if r.Name.Matches(string(name)) {
				want = append(want, int32(i))
			}
		}
		if got := set.Match(string(name), "", nil); !slices.Equal(got, want) {
			t.Fatalf("%s: %v, want %v", name, got, want)
		}
	}
}

// workload gives n rules: of ten, two have no literal, four share the suffix .csv and
// nothing else tells them apart but what stands before, four have a literal of their
// own; and keys that two rules match each.
func workload(n int) ([]match.Rule, []string) {
	var rules []match.Rule
	for i := range n {
		switch i % 10 {
		case 0, 1:
			rules = append(rules, match.Rule{Name: must(match.Regex(fmt.Sprintf(`[a-f][%c-z]\d{%d}[%d-9]+[g-t]{%d,}`, 'a'+i%26, 2+i%7, i%10, 1+i%5)))})
		case 2, 3, 4, 5:
			rules = append(rules, match.Rule{Name: must(match.Glob(fmt.Sprintf("feed%d_*.csv", i), false))})
		default:
			rules = append(rules, match.Rule{Name: must(match.Regex(fmt.Sprintf(`.*table%dx.*`, i)))})
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	keys := make([]string, 10000)
	for k := range keys {
		suffixed, inner := random.IntN(n/10)*10+2+random.IntN(4), random.IntN(n/10)*10+6+random.IntN(4)
		keys[k] = fmt.Sprintf("feed%d_table%dx_%08d.csv", suffixed, inner, random.IntN(1e8))
	}
	return rules, keys
}

// BenchmarkSet gives the time for one key.
func BenchmarkSet(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		rules, keys := workload(n)
		set := match.NewSet(rules)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			hits, total := make([]int32, 0, 16), 0
			for i := 0; b.Loop(); i++ {
				hits = set.Match(keys[i%len(keys)], "sales", hits[:0])
				total += len(hits)
			}
			b.ReportMetric(float64(total)/float64(b.N), "matches/key")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "keys/s")
		})
	}
}

// BenchmarkEach tries each rule's expression in turn.
func BenchmarkEach(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		rules, keys := workload(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				for _, r := range rules {
					r.Name.Matches(keys[i%len(keys)])
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "keys/s")
		})
	}
}
