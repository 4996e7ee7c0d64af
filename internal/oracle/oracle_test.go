package oracle

import (
	"strings"
	"testing"
	"time"

	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func expr(t *testing.T, text string) ast.Expr {
	t.Helper()
	e, found := parse.Expr(source.New("<condition>", text))
	if len(found) > 0 {
		t.Fatal(found)
	}
	return e
}

func build(t *testing.T, text string) *Condition {
	t.Helper()
	c, err := Build(expr(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

// TestIdentities: names and ids are those that Dagster gives, at the root and as the
// second child of a node `p` evaluated on the asset x/y.
func TestIdentities(t *testing.T) {
	for _, test := range []struct{ text, name, root, child string }{
		{"eager()", "AND", "677e243ed57cb83fbaed10095ea96a69", "f45ba22bcdc03898a61ade183c642d55"},
		{"missing().since(newly_updated())", "SINCE", "50ffbc628a2594102bb110f40676a9dd", "81400e498ca82b93dfd22985dc43b4b5"},
		{`any_deps_match(missing()).allow(all()).since(cron_tick_passed("0 6 * * *","Europe/Paris"))`, "SINCE", "c65bb9bfa4591c5f585f697078a57e06", "1232252680fad423aa80b2279b8c5686"},
		{"in_latest_time_window(lookback_delta=days(2))", "in_latest_time_window(lookback_timedelta=2 days, 0:00:00)", "70bf2b9cbb6d95359bfddd21f01591b5", "599931d77bd4ecc6990b719e4bf27d7c"},
		{"in_latest_time_window(lookback_delta=minutes(90))", "in_latest_time_window(lookback_timedelta=1:30:00)", "4289e9a6b2abb5401f1be0cdfb233e38", "aeeb82daef0a30ab785fee4005b14dde"},
		{`executed_with_tags(tag_keys=["b","a"], tag_values={"k": "v", "a": "c"})`, "executed_with_tags(tag_keys={a,b}, tag_values={a:c,k:v})", "f3d37e8b44686024c8003a5f2ae1beef", "5ae53e793e4eacebcce1b6b196918c43"},
		{"all_checks_match(check_passed(), blocking_only=true)", "ALL_CHECKS_MATCH(blocking_only=True)", "cb21d3fd1bc6f53c975fa8f20e6a6987", "527eb44c395777be8e7c37ca06d35e67"},
		{"freshness_warned()", "freshness_result(state=FreshnessState.WARN)", "aebf28989517ac3a21434214ebf8a5b3", "f6985e9ba509b9c946ebc9c6a44cd7da"},
		{`asset_matches("a/b", missing()).newly_true()`, "NEWLY_TRUE", "9a6b9ecf959ff1ecc596d2eed92cfc8c", "65a7e170b50b3ed87007d30a3179a868"},
		{"(missing() | newly_updated()).newly_true()", "NEWLY_TRUE", "e9f8639eb42d8daf36cedf43e7eabcb6", "49585b89ed4c0514e3c7f37644dac8fa"},
	} {
		c := build(t, test.text)
		got := []string{c.Name(), c.id("None", "None", ""), c.id("p", "1", "x/y")}
		if diff := cmp.Diff([]string{test.name, test.root, test.child}, got); diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
	}
}

// TestEqual: Dagster's == compares fields and not classes; its sets do both.
func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b          string
		fields, equal bool
	}{
		{"missing()", "missing()", true, true},
		{"missing()", "newly_updated()", true, false},
		{"missing()", `missing().with_label("x")`, false, false},
		{"missing()", "in_latest_time_window()", false, false},
		{"missing() & newly_updated()", "missing() | newly_updated()", true, false},
		{"~missing()", "missing().newly_true()", true, false},
		{"missing().since(newly_updated())", "newly_updated().since(missing())", true, false},
		{"any_deps_match(missing())", "all_deps_match(missing())", true, false},
		{"any_deps_match(missing())", "any_checks_match(missing())", false, false},
		{"any_deps_match(missing())", "any_deps_match(newly_updated())", true, false},
		{"any_checks_match(missing())", "any_checks_match(newly_updated())", true, true},
		{"any_deps_match(missing()).allow(all())", "any_deps_match(missing())", false, false},
		{"check_passed()", "check_failed()", false, false},
		{`executed_with_tags(tag_keys=["a"])`, `any_new_update_has_run_tags(tag_keys=["a"])`, true, false},
		{`cron_tick_passed("0 * * * *")`, `cron_tick_passed("1 * * * *")`, false, false},
	} {
		a, b := build(t, test.a), build(t, test.b)
		if got := a.equalFields(b); got != test.fields {
			t.Errorf("%s == %s: %t", test.a, test.b, got)
		}
		if got := a.equal(b); got != test.equal {
			t.Errorf("%s and %s are one: %t", test.a, test.b, got)
		}
	}
}

// TestRefused: what Dagster's constructors refuse, and what is no condition.
func TestRefused(t *testing.T) {
	for _, text := range []string{
		`cron_tick_passed("nonsense")`, `on_cron("0 0 * * *", "Mars")`, "(missing() & newly_updated()).without(missing())", "(missing() | in_progress()).without(missing())",
		"missing().allow(all())", "missing().newly_true().ignore(all())", "missing(1)", "nonsense()", `"text"`, "missing() - missing()", "all() & missing()",
		"missing().nonsense()", "any_deps_match(all())", "asset_matches(1, missing())", "in_latest_time_window(lookback_delta=weeks(1))", "any_deps_match(missing()).allow(missing())",
		"any_deps_match(missing()).allow(all().nonsense())", `executed_with_tags(tag_keys=[1])`, "any_deps_match(missing(), missing(), missing())",
	} {
		if c, err := Build(expr(t, text)); err == nil {
			t.Errorf("%s is %+v", text, c)
		}
	}
}

// TestSubsets: emptiness and what set operations make of the classes.
func TestSubsets(t *testing.T) {
	static, daily := newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}}), newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	none := newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2027-01-01"})
	gone := of(static, setOf([]string{"a", "gone"}))
	day := setOf([]string{"2025-01-01", "2026-01-01"})
	for name, test := range map[string]struct {
		got  Subset
		form form
		keys string
	}{
		"all and":               {full(static).And(gone), keyed, "a gone"},
		"keys and all":          {gone.And(full(static)), keyed, "a gone"},
		"windows and all":       {of(daily, day).And(full(daily)), windowed, "2026-01-01"},
		"all or":                {full(static).Or(gone), every, "a b"},
		"keys or all":           {gone.Or(full(static)), every, "a b"},
		"windows or all":        {of(none, nil).Or(full(none)), windowed, ""},
		"all minus all":         {full(static).Minus(full(static)), keyed, ""},
		"all minus":             {full(static).Minus(gone), keyed, "b"},
		"all minus nothing":     {full(static).Minus(empty(static)), keyed, "a b"},
		"keys minus all":        {gone.Minus(full(static)), keyed, ""},
		"windows minus all":     {of(daily, day).Minus(full(daily)), windowed, "2025-01-01"},
		"keys minus nothing":    {gone.Minus(empty(static)), keyed, "a gone"},
		"ranges minus nothing":  {Subset{form: ranged, keys: setOf([]string{"a"}), ranges: []Range{{"a", "a"}}}.Minus(empty(static)), ranged, "a"},
		"ranges minus":          {Subset{form: ranged, keys: setOf([]string{"a", "b"}), ranges: []Range{{"a", "b"}}}.Minus(gone), keyed, "b"},
		"ranges minus all":      {Subset{form: ranged, keys: setOf([]string{"a"}), ranges: []Range{{"a", "a"}}}.Minus(full(static)), ranged, ""},
		"single and not":        {full(nil).Minus(empty(nil)), single, " "},
		"single or":             {empty(nil).Or(full(nil)), single, " "},
		"keys and windows none": {gone.And(of(daily, nil)), windowed, ""},
	} {
		keys := strings.Join(sorted(test.got.keys), " ")
		if test.got.form == single && test.got.Has("") {
			keys = " "
		}
		if test.got.form != test.form || keys != test.keys {
			t.Errorf("%s: %+v, want %v of %q", name, test.got, test.form, test.keys)
		}
	}
	if full(none).Empty() || !all(none).Empty() || !empty(nil).Empty() || full(nil).Empty() || !(Subset{form: ranged}).Empty() {
		t.Error("what is empty")
	}
}

var noon = time.Date(2026, 1, 4, 12, 0, 0, 0, time.UTC)

func newDefinition(t testing.TB, s graph.Spec) *definition {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	w := world{noon, func(string) []string { return []string{"p", "q", "r"} }, map[*graph.Partitions]*definition{}}
	d, err := w.define(p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDefinitions: the partitions that there are at noon, and those of the latest window.
func TestDefinitions(t *testing.T) {
	region := newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"us", "eu"}}).Partitions
	daily := newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-02"}).Partitions
	for name, test := range map[string]struct {
		spec         graph.Spec
		keys, latest string
		lookback     time.Duration
	}{
		"daily":      {graph.Spec{Type: graph.Daily, Start: "2026-01-02"}, "2026-01-02 2026-01-03", "2026-01-03", 0},
		"end offset": {graph.Spec{Type: graph.Daily, Start: "2026-01-03", EndOffset: 1}, "2026-01-03 2026-01-04", "2026-01-04", 0},
		"lookback":   {graph.Spec{Type: graph.Daily, Start: "2026-01-01"}, "2026-01-01 2026-01-02 2026-01-03", "2026-01-02 2026-01-03", 48 * time.Hour},
		"too short":  {graph.Spec{Type: graph.Daily, Start: "2026-01-02"}, "2026-01-02 2026-01-03", "", 23 * time.Hour},
		"25 hours":   {graph.Spec{Type: graph.Daily, Start: "2026-01-02"}, "2026-01-02 2026-01-03", "2026-01-03", 25 * time.Hour},
		"monday":     {graph.Spec{Type: graph.Weekly, Start: "2025-12-22", Day: 1}, "2025-12-22", "2025-12-22", 0},
		"none yet":   {graph.Spec{Type: graph.Monthly, Start: "2026-01-01"}, "", "", 0},
		"cron":       {graph.Spec{Type: graph.Cron, Cron: "0 */6 * * *", Start: "2026-01-04"}, "2026-01-04-00:00 2026-01-04-06:00", "2026-01-04-06:00", 0},
		"static":     {graph.Spec{Type: graph.Static, Keys: []string{"b", "a"}}, "b a", "b a", 0},
		"dynamic":    {graph.Spec{Type: graph.Dynamic, Name: "d"}, "p q r", "p q r", 0},
		"multi":      {graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"region": region, "date": daily}}, "2026-01-02|us 2026-01-02|eu 2026-01-03|us 2026-01-03|eu", "2026-01-03|us 2026-01-03|eu", 0},
	} {
		d := newDefinition(t, test.spec)
		latest := inOrder(d, d.latest(test.lookback).keys)
		if got := []string{strings.Join(d.keys, " "), strings.Join(latest, " ")}; !cmp.Equal(got, []string{test.keys, test.latest}) {
			t.Errorf("%s: %q, want %q, %q", name, got, test.keys, test.latest)
		}
	}
}

// TestMappings: partitions up from some of the dependent, and down from some of the
// dependency.
func TestMappings(t *testing.T) {
	daily := newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	later := newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-03"})
	hourly := newDefinition(t, graph.Spec{Type: graph.Hourly, Start: "2026-01-03T22:00:00"})
	weekly := newDefinition(t, graph.Spec{Type: graph.Weekly, Start: "2025-12-21", Day: 3})
	abc, xyz := newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c"}}), newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"x", "y", "a"}})
	grid := newDefinition(t, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"abc": abc.Partitions, "date": daily.Partitions}})
	window := func(start, end int) *graph.Mapping {
		return &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: start, EndOffset: end}
	}
	for name, test := range map[string]struct {
		mapping          *graph.Mapping
		down, up         *definition
		from, toUp       string
		fromUp, downward string
	}{
		"same":           {nil, daily, daily, "2026-01-02", "2026-01-02", "2026-01-02", "2026-01-02"},
		"day before":     {window(-1, -1), daily, daily, "2026-01-01 2026-01-02", "2026-01-01", "2026-01-03", ""},
		"two days":       {window(-1, 0), daily, daily, "2026-01-03", "2026-01-02 2026-01-03", "2026-01-02", "2026-01-02 2026-01-03"},
		"crossed":        {window(1, -1), daily, daily, "2026-01-01 2026-01-02 2026-01-03", "2026-01-02", "2026-01-02", ""},
		"hours of a day": {nil, daily, hourly, "2026-01-03", "2026-01-03-22:00 2026-01-03-23:00", "2026-01-03-23:00 2026-01-04-01:00", "2026-01-03"},
		"weeks of a day": {nil, weekly, daily, "2025-12-31", "2026-01-01 2026-01-02 2026-01-03", "2026-01-01", ""},
		"starts later":   {nil, daily, later, "2026-01-01 2026-01-03", "2026-01-03", "2026-01-03", "2026-01-03"},
		"equal keys":     {nil, abc, xyz, "a b", "a", "a x", "a"},
		"static":         {&graph.Mapping{Kind: graph.MapStatic, Static: map[string][]string{"x": {"a", "b"}, "y": {"b"}}}, abc, xyz, "b", "x y", "x", "a b"},
		"all":            {&graph.Mapping{Kind: graph.MapAll}, abc, xyz, "b", "a x y", "x", "a b c"},
		"last":           {&graph.Mapping{Kind: graph.MapLast}, abc, daily, "b", "2026-01-03", "2026-01-02", ""},
		"specific":       {&graph.Mapping{Kind: graph.MapSpecific, Keys: []string{"x"}}, abc, xyz, "b", "x", "x", "a b c"},
		"one of two":     {nil, abc, grid, "b", "b|2026-01-01 b|2026-01-02 b|2026-01-03", "c|2026-01-01", "c"},
		"two of one":     {nil, grid, daily, "b|2026-01-02", "2026-01-02", "2026-01-02", "a|2026-01-02 b|2026-01-02 c|2026-01-02"},
		"by dimension": {&graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"date": {Dimension: "date", Mapping: window(-1, -1)}}}, grid, grid,
			"b|2026-01-02", "a|2026-01-01 b|2026-01-01 c|2026-01-01", "b|2026-01-02", "a|2026-01-03 b|2026-01-03 c|2026-01-03"},
	} {
		r := relation{inferred(test.mapping, test.down, test.up), test.down, test.up}
		up, err := r.Up(of(test.down, setOf(strings.Fields(test.from))))
		if got := strings.Join(sorted(up.keys), " "); err != nil || got != test.toUp {
			t.Errorf("%s up: %q %v, want %q", name, got, err, test.toUp)
		}
		down, err := r.Down(of(test.up, setOf(strings.Fields(test.fromUp))))
		if got := strings.Join(sorted(down.keys), " "); err != nil || got != test.downward {
			t.Errorf("%s down: %q %v, want %q", name, got, err, test.downward)
		}
	}
}

// TestUnsuitable: mappings that Dagster refuses when they are used, and not before.
func TestUnsuitable(t *testing.T) {
	daily, abc := newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01"}), newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"a"}})
	for name, r := range map[string]relation{
		"windows of keys":    {graph.Mapping{Kind: graph.MapTimeWindow}, abc, daily},
		"windows of none":    {graph.Mapping{Kind: graph.MapTimeWindow}, nil, daily},
		"identity of none":   {graph.Mapping{Kind: graph.MapIdentity}, nil, abc},
		"dimensions of one":  {graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"a": {Dimension: "b"}}}, daily, abc},
		"dimensions of none": {graph.Mapping{Kind: graph.MapMultiToSingle}, nil, abc},
		"zones":              {graph.Mapping{Kind: graph.MapTimeWindow}, newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01", Timezone: "Europe/Paris"}), daily},
	} {
		if s, err := r.Up(oneByOne(r.down)); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
		if s, err := r.Up(empty(r.down)); err != nil || !s.Empty() {
			t.Errorf("%s without candidates: %+v %v", name, s, err)
		}
	}
}

// oneByOne gives everything, but not as all partitions.
func oneByOne(d *definition) Subset {
	if d == nil {
		return full(d)
	}
	return all(d)
}

// TestStored: what is written down is read again, unless the definition is another one.
func TestStored(t *testing.T) {
	daily, other := newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01"}), newDefinition(t, graph.Spec{Type: graph.Daily, Start: "2026-01-02"})
	abc, xyz := newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c"}}), newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"x"}})
	names, others := newDefinition(t, graph.Spec{Type: graph.Dynamic, Name: "d"}), newDefinition(t, graph.Spec{Type: graph.Dynamic, Name: "e"})
	lost := func(keys ...string) *definition { d := *names; d.keys = keys; return &d }
	set := func(keys ...string) map[string]bool { return setOf(keys) }
	for name, test := range map[string]struct {
		stored Stored
		now    *definition
		want   string // "-" where it does not fit
	}{
		"single":                 {compress(nil, full(nil)), nil, " "},
		"now partitioned":        {compress(nil, full(nil)), abc, "-"},
		"no longer partitioned":  {compress(abc, full(abc)), nil, "-"},
		"windows":                {compress(daily, of(daily, set("2026-01-02"))), daily, "2026-01-02"},
		"edited windows":         {compress(daily, of(daily, set("2026-01-02"))), other, "-"},
		"all windows":            {compress(daily, full(daily)), daily, "2026-01-01 2026-01-02 2026-01-03"},
		"static key removed":     {compress(abc, full(abc)), xyz, "a b c"},
		"keys to windows":        {compress(abc, full(abc)), daily, "-"},
		"no keys to windows":     {compress(abc, empty(abc)), daily, ""},
		"ranges":                 {compress(names, of(names, set("p", "r"))), names, "p r"},
		"middle of a range gone": {compress(names, full(names)), lost("p", "r"), "p r"},
		"end of a range gone":    {compress(names, of(names, set("p", "r"))), lost("p", "q"), "-"},
		"another name":           {compress(names, full(names)), others, "-"},
		"dynamic by key":         {store(names, full(names)), lost("q"), "p q r"},
		"keys to dynamic":        {compress(abc, full(abc)), names, "a b c"},
	} {
		s, ok := restore(test.now, test.stored)
		got := strings.Join(sorted(s.keys), " ")
		switch {
		case !ok:
			got = "-"
		case s.form == single && s.Has(""):
			got = " "
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestTimes: the trigger wins where it is later than each reset of the partition.
func TestTimes(t *testing.T) {
	d := newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c"}})
	at := func(minute int, keys ...string) timed {
		return timed{noon.Add(time.Duration(minute) * time.Minute), of(d, setOf(keys))}
	}
	trigger := times{at(1, "a", "b"), at(3, "c"), at(4, "b")}
	reset := times{at(0, "a"), at(2, "b"), at(3, "c")}
	if got := strings.Join(sorted(trigger.later(reset, empty(d)).keys), " "); got != "a b" {
		t.Error(got)
	}
	if got := (times{at(1, "a")}).merged(times{at(1, "b"), at(2, "c")}); len(got) != 2 || got[0].Len() != 2 {
		t.Errorf("%+v", got)
	}
}

// TestLoop: one that waits lets others go on; what is held is not waited for.
func TestLoop(t *testing.T) {
	var order []string
	say := func(text string) { order = append(order, text) }
	s := storage{}
	l := &loop{}
	l.spawn(func(t *task) {
		t.gather(
			func(t *task) { say("a"); s.load(t, "record", "x"); say("a loaded") },
			func(t *task) { say("b"); t.gather(); say("b did not wait") },
			func(t *task) {
				say("c")
				s.load(t, "record", "x")
				s.load(t, "record", "x")
				say("c loaded")
			},
			func(t *task) { t.gather(func(*task) { say("inner") }); say("d") },
		)
		say("end")
	})
	l.run()
	want := "a, b, b did not wait, c, inner, d, a loaded, c loaded, end" // as asyncio
	if got := strings.Join(order, ", "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestJSONText: keys are ordered as Python writes them.
func TestJSONText(t *testing.T) {
	for text, want := range map[string]string{"a": `"a"`, `a"\`: `"a\"\\"`, "é\x7f": `"\u00e9\u007f"`, "😀": `"\ud83d\ude00"`} {
		if got := jsonText(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestSetOperations: where nothing stands for all partitions, the operations are those of
// sets.
func TestSetOperations(t *testing.T) {
	d := newDefinition(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c", "d"}})
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.MapOf(rapid.SampledFrom(d.keys), rapid.Just(true)).Draw(t, "a"), rapid.MapOf(rapid.SampledFrom(d.keys), rapid.Just(true)).Draw(t, "b")
		s, o := of(d, a), of(d, b)
		for _, key := range d.keys {
			if s.And(o).Has(key) != (a[key] && b[key]) || s.Or(o).Has(key) != (a[key] || b[key]) || s.Minus(o).Has(key) != (a[key] && !b[key]) {
				t.Fatalf("%s: %v %v", key, a, b)
			}
		}
	})
}
