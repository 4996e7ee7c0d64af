package control

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"auto/compiler"
	"auto/internal/spell"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/journal"
	"auto/vm/graph"
)

// SelectionName is how findings call a selection that was typed by a person.
const SelectionName = "SELECTION"

// Select gives the keys of a graph that a text selects, sorted: an expression of the
// language such as `groups("sales")` or `checks("orders:fresh")`, or the key of an asset
// or check as it is. With an asset go its checks, which are launched with it.
func Select(text string, g *graph.Graph) ([]string, diag.List) {
	if g.Has(text) {
		return withChecks(g, []string{text}), nil
	}
	src := source.New(SelectionName, text)
	e, found := parse.Expr(src)
	var keys []string
	if !found.HasErrors() {
		var more diag.List
		keys, more = compiler.Selected(e, g, "`"+SelectionName+"`")
		found = append(found, more...)
	}
	if found.HasErrors() {
		if likeKey.MatchString(text) {
			found = diag.List{noSuchKey(text, src, g)}
		}
		return nil, found
	}
	if len(keys) == 0 {
		found.Addf(diag.NothingSelected, source.Span{File: src, End: len(text)}, "Write a selection that some asset is in; `auto graph show` lists them.", "No asset or check is in the selection.")
	}
	return withChecks(g, keys), found
}

// likeKey matches what is meant as a key, as it has nothing of an expression.
var likeKey = regexp.MustCompile(`^[\w./:-]+$`)

// noSuchKey is the finding about a key that a graph does not have.
func noSuchKey(key string, src *source.File, g *graph.Graph) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.NothingSelected, Span: source.Span{File: src, End: len(key)},
		Message: "No asset or check is called `" + key + "`.", Help: "Write the key of one, or a selection such as `groups(\"sales\")`; `auto graph show` lists them.",
	}
	all := withChecks(g, g.Keys())
	groups := map[string]bool{}
	for _, k := range g.Keys() {
		a, _ := g.Asset(k)
		groups[a.Group] = true
	}
	if near, ok := spell.Nearest(key, all); groups[key] {
		d.Help = "Write `groups(\"" + key + "\")` for the group."
	} else if ok {
		d.Help = "Did you mean `" + near + "`?"
	}
	return d
}

// withChecks adds the checks of assets.
func withChecks(g *graph.Graph, keys []string) []string {
	all := slices.Clone(keys)
	for _, key := range keys {
		if a, ok := g.Asset(key); ok {
			for _, c := range a.Checks {
				all = append(all, key+":"+c.Name)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// NewPause makes the record of a pause that is asked for at an instant; its findings are
// errors where it cannot be.
func NewPause(g *graph.Graph, now time.Time, selection string, until time.Time, reason string) (journal.Pause, diag.List) {
	keys, found := Select(selection, g)
	if !until.After(now) {
		found.Addf(diag.WrongInstant, source.Span{}, "Write an instant that is still to come, such as `+2h` or `+1d`.", "The pause would end at %s, which is past.", until.UTC().Format(time.RFC3339))
	}
	if strings.TrimSpace(reason) == "" {
		found.Addf(diag.ReasonMissing, source.Span{}, "Say why, for those who find nothing launched, such as \"the warehouse is being moved\".", "The pause has no reason.")
	}
	return journal.Pause{Selection: selection, Keys: keys, Until: until.UTC(), Reason: reason}, found
}

// NewResume makes the record that ends pauses; its findings are errors where it cannot
// be. Missed is "" or a word of the clause.
func NewResume(g *graph.Graph, selection string, missed compiler.Missed) (journal.Resume, diag.List) {
	keys, found := Select(selection, g)
	if !slices.Contains([]compiler.Missed{"", compiler.MissedNone, compiler.MissedLast, compiler.MissedAll}, missed) {
		found.Addf(diag.OutOfRange, source.Span{}, "Write `none`, `last` or `all`.", "`%s` is no word of `missed`.", missed)
	}
	return journal.Resume{Selection: selection, Keys: keys, Missed: missed}, found
}
