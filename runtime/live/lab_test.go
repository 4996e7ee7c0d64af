package live_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"auto/compiler"
	"auto/runtime/events"
	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/params"
	"auto/runtime/project"
	"auto/runtime/store"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)

// texts are a project's files.
type texts map[string]string

func (x texts) load() (*live.Setup, error) {
	files := fstest.MapFS{}
	for path, text := range x {
		files[path] = &fstest.MapFile{Data: []byte(text)}
	}
	p, found := project.Load("project", project.Options{FS: files})
	if found.HasErrors() {
		return nil, found
	}
	return live.NewSetup(p), nil
}

// lab is a daemon without a clock, a store and a launcher, and the journal that it writes.
type lab struct {
	*rapid.T
	p       *live.Project
	journal []store.Record
	// known are the texts by fingerprint; setups are loaded anew from them each time.
	known map[string]texts
	at    time.Time
	// told are the outcomes of ticks by the number of their record.
	told map[int64]string
	runs []run
	// saved are snapshots.
	saved []snapshot
	names int
}

type snapshot struct {
	body []byte
	seq  int64
}

// run is one of a request.
type run struct {
	id, request, partition string
	assets, checks         []string
}

func newLab(t *rapid.T) *lab {
	l := &lab{T: t, known: map[string]texts{}, at: start, told: map[int64]string{}}
	l.p = live.NewProject(l.load)
	return l
}

// load is the loader of a journal that is played again.
func (l *lab) load(p *journal.Policies) (*live.Setup, error) { return l.known[p.Fingerprint].load() }

// write appends a record, as it is read again.
func (l *lab) write(kind string, body any) live.Record {
	text, err := json.Marshal(body)
	if err != nil {
		l.Fatal(err)
	}
	rec := store.Record{Seq: int64(len(l.journal) + 1), At: l.at, Kind: kind, Body: text}
	l.journal = append(l.journal, rec)
	return l.read(rec)
}

func (l *lab) read(rec store.Record) live.Record {
	read, err := live.Read(rec)
	if err != nil {
		l.Fatal(err)
	}
	return read
}

func (l *lab) seq() int64 { return int64(len(l.journal)) }

// feed has a sensor take in what is new to it.
func (l *lab) feed(s *live.Sensor) {
	for _, rec := range l.journal[s.Taken():] {
		if slices.Contains(live.Inputs, rec.Kind) {
			if err := s.Take(l.read(rec)); err != nil {
				l.Fatal(err)
			}
		}
	}
}

// put puts a project in force, unless it has findings, and reports whether it has.
func (l *lab) put(x texts) bool {
	setup, err := x.load()
	if err != nil {
		return false
	}
	if l.p.Setup != nil && l.p.Setup.Fingerprint == setup.Fingerprint {
		return true
	}
	l.known[setup.Fingerprint] = x
	for _, s := range l.p.Sensors {
		l.feed(s)
	}
	if len(l.p.Sensors) == 0 {
		l.play(l.p, l.p.Seq, nil)
	}
	rec := l.write(journal.KindPolicies, journal.Policies{Fingerprint: setup.Fingerprint, Texts: map[string]string{"x": "y"}, Ticked: l.p.Ticked()})
	if err := l.p.Put(rec, setup); err != nil {
		l.Fatal(err)
	}
	return true
}

// tick ticks a sensor, and after a gap first as often as was missed.
func (l *lab) tick(s *live.Sensor) []*live.Outcome {
	l.feed(s)
	if !l.at.After(s.Last()) {
		return nil
	}
	var all []*live.Outcome
	for _, at := range s.Missed(l.at) {
		all = append(all, l.evaluate(s, at, live.Options{CatchUp: true}))
	}
	return append(all, l.evaluate(s, l.at, live.Options{}))
}

func (l *lab) evaluate(s *live.Sensor, at time.Time, o live.Options) *live.Outcome {
	out, err := s.Tick(at, o)
	if err != nil {
		l.Fatalf("%s at %s: %v", s.Name, at, err)
	}
	if out.Idle {
		return out
	}
	rec := out.Record()
	rec.Seq = l.seq() + 1
	l.journal = append(l.journal, rec)
	s.Stored(rec.Seq)
	l.told[rec.Seq] = told(out)
	for _, sent := range out.Sent {
		r := sent.Request
		l.runs = append(l.runs, run{id: fmt.Sprint("run", len(l.runs)), request: r.ID, partition: r.Partition, assets: r.Selection, checks: r.Checks})
	}
	return out
}

// told writes everything that a tick gave.
func told(out *live.Outcome) string {
	body, err := json.Marshal(out.Body)
	if err != nil {
		return err.Error()
	}
	var text strings.Builder
	text.Write(body)
	for _, sent := range out.Sent {
		line, err := json.Marshal(sent)
		if err != nil {
			return err.Error()
		}
		text.WriteString("\n")
		text.Write(line)
	}
	return text.String()
}

// play plays the journal after a record over a state, and holds the ticks against what
// they gave.
func (l *lab) play(p *live.Project, after int64, check func(seq int64, out *live.Outcome)) {
	for _, rec := range l.journal[after:] {
		out, err := p.Play(l.read(rec), live.Options{})
		if err != nil {
			l.Fatalf("record %d: %v", rec.Seq, err)
		}
		if out != nil && check != nil {
			check(rec.Seq, out)
		}
	}
	if err := p.Settle(); err != nil {
		l.Fatal(err)
	}
}

// same fails where a state that was made from the journal is another one than that of the
// daemon: in what ticks gave, in what is owed, and in what further ticks give.
func (l *lab) same(how string, p *live.Project, after int64) {
	l.play(p, after, func(seq int64, out *live.Outcome) {
		if now := told(out); now != l.told[seq] {
			l.Fatalf("%s: the tick of record %d was\n%s\nand is\n%s\n%s", how, seq, l.told[seq], now, l.dump())
		}
	})
	if len(p.Sensors) != len(l.p.Sensors) {
		l.Fatalf("%s: %d sensors, not %d", how, len(p.Sensors), len(l.p.Sensors))
	}
	for i, s := range l.p.Sensors {
		l.feed(s)
		was, now := jsonOf(l.T, s.Waiting(l.at)), jsonOf(l.T, p.Sensors[i].Waiting(l.at))
		if was != now {
			l.Fatalf("%s: `%s` owes\n%s\nand not\n%s\n%s", how, s.Name, now, was, l.dump())
		}
	}
}

// later fails where states that are equal go on otherwise.
func (l *lab) later(how string, a, b *live.Project) {
	for _, at := range []time.Duration{time.Second, time.Minute, time.Hour, 25 * time.Hour} {
		for i := range a.Sensors {
			x, err := a.Sensors[i].Tick(l.at.Add(at), live.Options{})
			if err != nil {
				l.Fatal(err)
			}
			y, err := b.Sensors[i].Tick(l.at.Add(at), live.Options{})
			if err != nil {
				l.Fatal(err)
			}
			if told(x) != told(y) {
				l.Fatalf("%s: in %s, `%s` gives\n%s\nand not\n%s\n%s", how, at, a.Sensors[i].Name, told(y), told(x), l.dump())
			}
		}
	}
}

// dump writes the journal for whoever looks for a fault.
func (l *lab) dump() string {
	var text strings.Builder
	for _, rec := range l.journal {
		fmt.Fprintf(&text, "%d %s %s %s\n", rec.Seq, rec.At.Format(time.RFC3339Nano), rec.Kind, rec.Body)
		if rec.Kind == journal.KindPolicies {
			text.WriteString(l.known[l.read(rec).Body.(*journal.Policies).Fingerprint]["policies/p.auto"])
		}
	}
	return text.String()
}

func jsonOf(t *rapid.T, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (l *lab) draw(n int, label string) int { return rapid.IntRange(0, n-1).Draw(l.T, label) }

func pick[T any](l *lab, label string, items ...T) T {
	return items[l.draw(len(items), label)]
}

// pass lets time pass.
func (l *lab) pass() {
	l.at = l.at.Add(pick(l, "pass", time.Nanosecond, time.Second, 30*time.Second, 31*time.Second, 5*time.Minute, time.Hour, 26*time.Hour))
}

// happen takes events in.
func (l *lab) happen() {
	var list []events.Event
	for range 1 + l.draw(3, "events") {
		list = append(list, l.event()...)
	}
	l.write(journal.KindEvents, journal.Events{Events: list})
}

func (l *lab) event() []events.Event {
	text := l.eventText()
	list, problems := events.Read([]byte(text), l.at)
	if len(problems) > 0 {
		l.Fatalf("%s: %v", text, problems)
	}
	return list
}

// allKeys are the partitions that events are about; some are of no definition.
var allKeys = []string{"", "", "2026-02-28", "2026-03-01", "2026-03-02", "k1", "k2", "k3"}

func (l *lab) eventText() string {
	asset, partition := pick(l, "asset", assets...), l.partition()
	switch l.draw(12, "event") {
	case 0, 1, 2:
		return l.body("materialization", "asset", asset, "partition", partition, "run_id", l.someRun(), "data_version", pick(l, "version", "", "1", "2"))
	case 3:
		return l.body("observation", "asset", "raw", "partition", partition, "data_version", pick(l, "version", "", "1", "2"))
	case 4:
		return l.body("check", "check", "a:full", "partition", partition, "run_id", l.someRun(), "passed", pick(l, "passed", true, false))
	case 5:
		return l.body("partitions", "name", "customers", pick(l, "way", "add", "delete"), []string{pick(l, "key", "k1", "k2", "k3")})
	case 6:
		return l.body("wipe", "asset", asset)
	case 7:
		return l.body("backfill", "backfill_id", pick(l, "backfill", "b1", "b2"), "status", pick(l, "status", "started", "completed", "failed"), "targets", map[string][]string{asset: nil})
	}
	return l.runText()
}

func (l *lab) partition() string { return pick(l, "partition", allKeys...) }

// someRun gives the ID of a run, "" for none.
func (l *lab) someRun() string {
	if len(l.runs) == 0 || l.draw(3, "of a run") == 0 {
		return ""
	}
	return l.runs[l.draw(len(l.runs), "run")].id
}

// runText is a report of a run, mostly of one that was launched.
func (l *lab) runText() string {
	status := pick(l, "status", "queued", "started", "success", "success", "failure", "failure", "canceled")
	if len(l.runs) == 0 {
		return l.body("run", "run_id", "other", "status", status, "assets", []string{pick(l, "asset", assets...)})
	}
	r := l.runs[len(l.runs)-1-l.draw(min(len(l.runs), 5), "run")]
	request := r.request
	if l.draw(4, "silent") == 0 {
		request = "" // it was told before, or will be
	}
	return l.body("run", "run_id", r.id, "status", status, "assets", r.assets, "checks", r.checks, "partition", r.partition, "request_id", request)
}

// body writes an event; empty fields are left out.
func (l *lab) body(kind string, fields ...any) string {
	l.names++
	out := map[string]any{"type": kind, "at": l.at.Add(-time.Duration(l.draw(3, "ago")) * 7 * time.Second)}
	for i := 0; i < len(fields); i += 2 {
		switch v := fields[i+1].(type) {
		case string:
			if v == "" {
				continue
			}
		case []string:
			if len(v) == 0 {
				continue
			}
		}
		out[fields[i].(string)] = fields[i+1]
	}
	return jsonOf(l.T, out)
}

// keys draws assets and checks for a pause or resume.
func (l *lab) keys() []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(slices.Concat(assets, []string{"a:full"})), 1, 4, func(k string) string { return k }).Draw(l.T, "keys")
}

func (l *lab) pause() {
	l.write(journal.KindPause, journal.Pause{Selection: "x", Keys: l.keys(), Until: l.at.Add(pick(l, "for", time.Second, time.Hour, 30*time.Hour)), Reason: "r"})
}

func (l *lab) resume() {
	l.write(journal.KindResume, journal.Resume{Selection: "x", Keys: l.keys(), Missed: pick(l, "missed", "", compiler.MissedNone, compiler.MissedLast, compiler.MissedAll)})
}

// down is a restart after a gap.
func (l *lab) down() {
	from := l.at
	l.at = l.at.Add(pick(l, "gap", time.Second, 2*time.Minute, 7*time.Minute))
	l.write(journal.KindDown, journal.Down{From: from})
}

func (l *lab) save() {
	l.p.Seq = l.seq()
	for i, s := range l.p.Sensors {
		if l.draw(2, fmt.Sprint("feed ", i)) == 0 {
			l.feed(s)
		}
	}
	body, seq, err := l.p.Save(func(_ int, save func() error) error { return save() })
	if err != nil {
		l.Fatal(err)
	}
	l.saved = append(l.saved, snapshot{body, seq})
}

// restart goes on from a snapshot and the journal.
func (l *lab) restart() {
	p := live.NewProject(l.load)
	after := int64(0)
	if n := len(l.saved); n > 0 {
		s := l.saved[l.draw(n, "snapshot")]
		var err error
		if p, err = live.Restore(s.body, l.load); err != nil {
			l.Fatal(err)
		}
		after = s.seq
	}
	l.same("restart", p, after)
	l.p = p
}

// drawing of projects

var assets = []string{"raw", "a", "b", "c", "d", "e", "f", "g", "h"}

const assetsText = `
partitions:
  daily: {type: daily, start: "2026-02-28"}
  customers: {type: dynamic, name: customers}
  fixed: {type: static, keys: [k1, k2, k3]}
assets:
  - {key: raw, external: true}
  - {key: a, deps: [raw], checks: [{name: full}]}
  - {key: b, deps: [raw], partitions: daily}
  - {key: c, deps: [b], partitions: daily, group: g}
  - {key: d, deps: [raw], partitions: customers}
  - {key: e, deps: [a, d], %s, group: g}
`

var conditions = []string{
	"eager()", "eager()", "on_missing()", `on_cron("0 * * * *")`, "keep_up_to_date()", `on_cron_up_to_date("*/15 * * * *")`, "stale()",
	`cron_tick_passed("*/2 * * * *")`, "missing() & ~in_progress()", "newly_updated().since(newly_requested())", "any_deps_updated()",
	`any_deps_match(newly_updated() | will_be_requested()).since_last_handled()`, "execution_failed()", "in_latest_time_window() & missing()",
}

var clauses = []string{
	"limit 1 per tick", "limit 2 per 1h", "at most 1 per 1h", "quiet 1m", "retry 2 after 1m", "missed none", "missed all", "missed last", "order newest first",
	"halt above 2 per tick", "halt above 1 per tick", "priority 3", "group by none", "max 1 per run", `tags {k: "{partition}"}`, `pause until "2026-03-03" because "x"`,
}

// drawTexts draws a project.
func (l *lab) drawTexts() texts {
	fixed := pick(l, "partitions of e", "partitions: fixed", "partitions: fixed", "code_version: \"1\"", "code_version: \"2\"")
	yaml := fmt.Sprintf(assetsText, fixed)
	owned := []string{"a", "b", "c", "d", "e"}
	if l.draw(2, "f") == 0 {
		yaml += "  - {key: f, deps: [e]}\n"
		owned = append(owned, "f")
	}
	if l.draw(2, "g") == 0 {
		yaml += "  - {key: g, deps: [raw], execution_set: s}\n"
		owned = append(owned, "g")
		if l.draw(2, "h") == 0 {
			yaml += "  - {key: h, deps: [raw], execution_set: s}\n" // is pulled along
		}
	}
	return texts{"auto.yaml": "", "assets/a.yaml": yaml, "jobs/j.yaml": l.jobs(), "policies/p.auto": l.policies(owned) + l.sensors(owned)}
}

// jobs draws two with parameters, of which some lack a value before an edit.
func (l *lab) jobs() string {
	return fmt.Sprintf("jobs:\n  - {name: j, selection: [a, b], params_schema: {n: %s, b.m: \"string|x\"}}\n  - {name: k, selection: [c, e], params_schema: {c.n: %s}}\n",
		pick(l, "declaration", "int", "int!", `"int|5"`), pick(l, "declaration", "int!", `"int!|3"`))
}

// edit changes the parameters of a job, as an editor does who looks at nothing before.
func (l *lab) edit() {
	job := pick(l, "job", "j", "k", "gone")
	s := params.Stored{Version: l.seq()}
	for _, n := range []params.Name{{Param: "n"}, {Asset: "b", Param: "n"}, {Asset: "c", Param: "n"}, {Asset: "b", Param: "m"}} {
		if value := pick(l, n.String(), any(nil), any(1), any("text")); value != nil {
			s.Values.Set(n, value)
		}
	}
	l.write(journal.KindParams, journal.Params{Job: job, Author: "x", Stored: s})
}

// policies draws some, each of assets of its own.
func (l *lab) policies(owned []string) string {
	var text strings.Builder
	of := map[string][]string{}
	for _, key := range owned {
		if name := pick(l, "policy of "+key, "p", "q", "r", "r", ""); name != "" {
			of[name] = append(of[name], key)
		}
	}
	for _, name := range []string{"p", "q", "r"} {
		if len(of[name]) == 0 {
			continue
		}
		fmt.Fprintf(&text, "policy %s for assets(\"%s\") {\n    when %s\n", name, strings.Join(of[name], `", "`), pick(l, "condition", conditions...))
		for _, c := range l.clauses() {
			text.WriteString("    " + c + "\n")
		}
		text.WriteString("}\n")
	}
	return text.String()
}

// clauses draws some that can stand side by side, but for those with a first word.
func (l *lab) clauses(without ...string) (out []string) {
	seen := map[string]bool{}
	for _, word := range without {
		seen[word] = true
	}
	for range l.draw(4, "clauses") {
		c := pick(l, "clause", clauses...)
		word, rest, _ := strings.Cut(c, " ")
		if word == "limit" {
			word = rest
		}
		if !seen[word] {
			out, seen[word] = append(out, c), true
		}
	}
	return out
}

// sensors draws up to two besides the default one.
func (l *lab) sensors(owned []string) string {
	var text strings.Builder
	of := map[string][]string{}
	for _, key := range owned {
		name := pick(l, "sensor of "+key, "", "one", "two")
		of[name] = append(of[name], key)
	}
	for _, name := range []string{"one", "two"} {
		if keys := of[name]; len(keys) > 0 {
			fmt.Fprintf(&text, "sensor %s for assets(\"%s\") every %s\n", name, strings.Join(keys, `", "`), pick(l, "every", "10s", "30s", "1m"))
		}
	}
	return text.String()
}
