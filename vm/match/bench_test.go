package match_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"auto/vm/match"
)

// workload gives n rules: of ten, two have no literal, four share the suffix `.csv` and
// differ in what stands before, four have a literal of their own; and names that two
// rules match each.
func workload(n int) ([]match.Rule, []string) {
	var rules []match.Rule
	for i := range n {
		var p *match.Pattern
		switch i % 10 {
		case 0, 1:
			p = withoutLiteral(i)
		case 2, 3, 4, 5:
			p = mustGlob(fmt.Sprintf("feed%d_*.csv", i), false)
		default:
			p = mustRegex(fmt.Sprintf(`.*table%dx.*`, i))
		}
		rules = append(rules, match.Rule{Name: p})
	}
	random := rand.New(rand.NewPCG(3, 4))
	keys := make([]string, 10000)
	for k := range keys {
		suffixed, inner := random.IntN(n/10)*10+2+random.IntN(4), random.IntN(n/10)*10+6+random.IntN(4)
		keys[k] = fmt.Sprintf("feed%d_table%dx_%08d.csv", suffixed, inner, random.IntN(1e8))
	}
	return rules, keys
}

// withoutLiteral gives a pattern that requires no text that tells it from others. Those
// of different kinds are ruled out at different places of a name, some only at its end.
func withoutLiteral(i int) *match.Pattern {
	switch i / 10 % 5 {
	case 0:
		return mustRegex(fmt.Sprintf(`[a-f][%c-z]\d{%d}[%d-9]+[g-t]{%d,}`, 'a'+i%26, 2+i%7, i%10, 1+i%5))
	case 1:
		return mustRegex(fmt.Sprintf(`[a-z]+\d{1,%d}[b-%c]{%d,}`, 1+i%6, 'c'+i%20, i%11))
	case 2:
		return mustRegex(fmt.Sprintf(`(?i)feed\d+_[%c-z]{%d,}[0-%d]{2}_.*`, 'u'+i%6, 1+i%9, i%10))
	case 3:
		return mustRegex(fmt.Sprintf(`\w{%d}[.](?:gz|%c)?`, 20+i%60, 'a'+i%26))
	}
	return mustGlob(fmt.Sprintf("[!0-9]?*[%c-z][0-9][0-9].[!a-c]*", 'd'+i%20), false)
}

// BenchmarkSet gives the time for one name.
func BenchmarkSet(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		rules, keys := workload(n)
		set := match.NewSet(rules)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			hits, total := make([]int32, 0, 16), 0
			for _, key := range keys {
				hits = set.Match(key, "sales", hits[:0])
			}
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
				matchEach(rules, keys[i%len(keys)])
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "keys/s")
		})
	}
}

func matchEach(rules []match.Rule, name string) (hits int) {
	for _, r := range rules {
		if r.Name.Expr().MatchString(name) {
			hits++
		}
	}
	return hits
}

// BenchmarkMultiplying has rules whose states multiply, the worst there is for a set,
// beside each rule in turn.
func BenchmarkMultiplying(b *testing.B) {
	var rules []match.Rule
	for i := range 200 {
		rules = append(rules, match.Rule{Name: mustRegex(fmt.Sprintf(`[a-z0-9_]*[%c-%c][a-z_]{%d}[0-9].*`, 'a'+i%13, 'n'+i%11, i%17))})
	}
	set, random := match.NewSet(rules), rand.New(rand.NewPCG(1, 2))
	keys := make([]string, 2000)
	for k := range keys {
		name := make([]byte, 30)
		for i := range name {
			name[i] = "abcdefghijklmnopqrstuvwxyz0123456789_"[random.IntN(37)]
		}
		keys[k] = string(name)
	}
	b.Run("set", func(b *testing.B) {
		var hits []int32
		for i := 0; b.Loop(); i++ {
			hits = set.Match(keys[i%len(keys)], "", hits[:0])
		}
	})
	b.Run("each", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			matchEach(rules, keys[i%len(keys)])
		}
	})
}

func BenchmarkNewSet(b *testing.B) {
	rules, _ := workload(10000)
	for b.Loop() {
		match.NewSet(rules)
	}
}

func BenchmarkShadowed(b *testing.B) {
	rules, _ := workload(10000)
	for b.Loop() {
		match.Shadowed(rules)
	}
}
