package scenario

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"auto/lang/diag"
	"auto/runtime/facts"
	"auto/vm/space"
)

// Happen lets an event happen before the tick of an instant. The error is a *Refused.
func (s *Session) Happen(e *Event, tick time.Time) error {
	at := e.At
	if at.IsZero() {
		at = tick.Add(-time.Second)
	}
	if err := s.known(e); err != nil {
		return err
	}
	if s.daemon == nil && ofDaemon(e.What) {
		if reload, ok := e.What.(Reload); ok && !reload.Broken {
			s.defs.add(reload.Assets)
			s.graph = nil
		}
		return nil // nothing is launched
	}
	if s.defs.edit(e.What) {
		s.graph = nil
	} else if err := (&moment{s, at}).apply(e.What); err != nil {
		return refused(e, err)
	}
	if s.daemon != nil {
		return s.daemon.happened(e, at)
	}
	return nil
}

func refused(e *Event, err error) error {
	var list diag.List
	help := "Correct the event."
	var p problem
	if errors.As(err, &p) {
		help = p.help
	}
	list.Addf(diag.YAMLValue, e.Place, help, "%s", sentence(err))
	return &Refused{list}
}

// sentence writes an error as a sentence.
func sentence(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

// known finds an asset or check that does not exist. Wipes and freshness states of other
// keys are stored, as Dagster stores them.
func (s *Session) known(e *Event) error {
	switch e.What.(type) {
	case Wipe, Freshness:
		return nil
	}
	for _, key := range mentions(e.What) {
		asset, name := key, ""
		if IsCheck(key) {
			asset, name = splitCheck(key)
		}
		a := s.defs.index[asset]
		if a == nil || name != "" && !a.hasCheck(name) {
			var list diag.List
			list.Addf(diag.UnknownAsset, e.Place, "Add it to the scenario.", "Nothing is called `%s`.", key)
			return &Refused{list}
		}
	}
	return nil
}

func (a *Asset) hasCheck(name string) bool {
	for _, c := range a.Checks {
		if c.Name == name {
			return true
		}
	}
	return false
}

// moment is the instant at which something happens.
type moment struct {
	*Session
	at time.Time
}

func (m *moment) apply(w What) error {
	w, err := m.ofLaunched(w)
	if err != nil {
		return err
	}
	switch e := w.(type) {
	case Materialize:
		return m.materialize(e)
	case Observe:
		return m.observe(e)
	case RunChange:
		return m.run(e)
	case Check:
		return m.check(e)
	case Backfill:
		return m.backfill(e)
	case Dynamic:
		return m.store.Apply(facts.DynamicPartitions{Name: e.Name, Add: e.Add, Delete: e.Delete, At: m.at})
	case Wipe:
		return m.store.Apply(facts.Wiped{Asset: e.Asset, At: m.at})
	case Freshness:
		return m.store.Apply(facts.Freshness{Asset: e.Asset, State: e.State, At: m.at})
	}
	return nil
}

// expand gives the partition keys that an event names, one "" where it names none.
func (m *moment) expand(asset string, wanted []string) ([]string, error) {
	if wanted == nil {
		return []string{""}, nil
	}
	return m.expandKeys(asset, wanted)
}

func (m *moment) expandKeys(asset string, wanted []string) ([]string, error) {
	p := m.defs.definition(asset)
	if p == nil || !slices.ContainsFunc(wanted, isRange) {
		return wanted, nil
	}
	all := space.NewKeys(p, m.at, m.store.Dynamic, nil)
	keys, err := all.Expand(wanted)
	if err != nil {
		return nil, problem{err.Error(), keysHelp(all)}
	}
	return keys, nil
}

// keysHelp says which keys there are.
func keysHelp(k *space.Keys) string {
	switch n := k.Len(); n {
	case 0:
		return "It has none yet."
	case 1:
		return "It has `" + k.Key(0) + "`."
	default:
		return "It has `" + k.Key(0) + "` to `" + k.Key(n-1) + "`."
	}
}

// isRange reports whether an item of a list stands for several keys.
func isRange(item string) bool { return item == "all" || strings.Contains(item, "..") }

func (m *moment) materialize(e Materialize) error {
	_, implicit := m.implicit[e.Run]
	implicit = e.Run != "" && (implicit || !m.runs[e.Run])
	if implicit {
		if err := m.startImplicit(e.Run, e); err != nil {
			return err
		}
	}
	keys, err := m.expand(e.Asset, e.Partitions)
	if err != nil {
		return err
	}
	if implicit {
		if err := m.plan(e.Run, e.Asset, keys); err != nil {
			return err
		}
	}
	for _, key := range keys {
		if err := m.store.Apply(facts.Materialized{Asset: e.Asset, Partition: key, Run: e.Run, DataVersion: e.DataVersion, At: m.at}); err != nil {
			return err
		}
	}
	return nil
}

// plan says that a run is going to materialize partitions of an asset. What is not
// executed here is never planned.
func (m *moment) plan(run, asset string, keys []string) error {
	a := m.defs.index[asset]
	if a.External || a.Observable {
		return nil
	}
	if a.Partitions == nil {
		keys = []string{""}
	}
	for _, key := range keys {
		if err := m.store.Apply(facts.Planned{Asset: asset, Partition: key, Run: run, At: m.at}); err != nil {
			return err
		}
	}
	return nil
}

// startImplicit makes a run known that no event introduced: finished, and with all that
// the scenario gives its ID.
func (m *moment) startImplicit(name string, w What) error {
	if m.runs[name] {
		return nil
	}
	if _, known := m.implicit[name]; !known {
		m.implicit[name] = implicitRun{}.with(w)
	}
	run := m.implicit[name]
	start := facts.RunStarted{Run: name, Assets: slices.Sorted(maps.Keys(run.assets)), Checks: slices.Sorted(maps.Keys(run.checks)), Unplanned: true}
	if err := m.start(start, run.partition()); err != nil {
		return err
	}
	return m.store.Apply(facts.RunStatus{Run: name, Status: facts.Success, At: m.at})
}

// start makes a run known. Its partition is what the wanted ones come to, where that is a
// single one.
func (m *moment) start(e facts.RunStarted, wanted []string) error {
	e.At = m.at
	if len(wanted) == 1 && !isRange(wanted[0]) {
		e.Partition = wanted[0]
	}
	for _, key := range slices.Concat(e.Assets, e.Checks) {
		if IsCheck(key) {
			key, _ = splitCheck(key)
		}
		keys, err := m.expandKeys(key, wanted)
		if err != nil {
			return err
		}
		if len(keys) == 1 && m.defs.definition(key) != nil {
			e.Partition = keys[0]
		}
	}
	m.runs[e.Run] = true
	return m.store.Apply(e)
}

func (m *moment) run(e RunChange) error {
	if !m.runs[e.Run] {
		var wanted []string
		if e.Partition != "" {
			wanted = []string{e.Partition}
		}
		for _, key := range e.Assets {
			if wanted == nil && m.defs.definition(key) != nil {
				return problem{"The run `" + e.Run + "` needs a `partition` for `" + key + "`.", "Write `partition: KEY` where the run is first named."}
			}
		}
		if err := m.start(facts.RunStarted{Run: e.Run, Assets: e.Assets, Checks: e.Checks, Tags: e.Tags}, wanted); err != nil {
			return err
		}
	}
	return m.store.Apply(facts.RunStatus{Run: e.Run, Status: e.Status, At: m.at})
}

// problem is an error for people: a sentence about what is wrong, and one about what to
// write instead.
type problem struct{ text, help string }

func (p problem) Error() string { return p.text }

func (m *moment) observe(e Observe) error {
	keys, err := m.expand(e.Asset, e.Partitions)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := m.store.Apply(facts.Observed{Asset: e.Asset, Partition: key, DataVersion: e.DataVersion, At: m.at}); err != nil {
			return err
		}
	}
	return nil
}

func (m *moment) check(e Check) error {
	if e.Run != "" {
		if err := m.startImplicit(e.Run, e); err != nil {
			return err
		}
	}
	asset, _ := splitCheck(e.Check)
	keys, err := m.expand(asset, e.Partitions)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := m.store.Apply(facts.Checked{Check: e.Check, Partition: key, Run: e.Run, Passed: e.Passed, Warn: e.Warn, At: m.at}); err != nil {
			return err
		}
	}
	return nil
}

// backfill tells how far a backfill is: what it targets and all that it has recorded so
// far.
func (m *moment) backfill(e Backfill) error {
	b, known := m.backfills[e.ID]
	if !known {
		b = facts.Backfill{ID: e.ID}
		targets := map[string]Subset{}
		for _, key := range e.Assets {
			targets[key] = Subset{True: e.Partitions == nil, Keys: e.Partitions}
		}
		if err := m.record(&b.Targets, targets); err != nil {
			return err
		}
	}
	if err := m.record(&b.Materialized, e.Materialized); err != nil {
		return err
	}
	if err := m.record(&b.FailedFor, e.Failed); err != nil {
		return err
	}
	b.Status, b.At = e.Status, m.at
	m.backfills[e.ID] = b
	return m.store.Apply(b)
}

// record adds partitions to those of a backfill, in a map of its own.
func (m *moment) record(to *map[string][]string, subsets map[string]Subset) error {
	all := maps.Clone(*to)
	if all == nil {
		all = map[string][]string{}
	}
	for _, asset := range slices.Sorted(maps.Keys(subsets)) {
		if m.defs.definition(asset) == nil {
			all[asset] = nil
			continue
		}
		if subsets[asset].True {
			return problem{"The backfill needs `partitions` for `" + asset + "`.", "Write its keys, or ranges `A..B`."}
		}
		keys, err := m.expandKeys(asset, subsets[asset].Keys)
		if err != nil {
			return err
		}
		all[asset] = append(slices.Clip(all[asset]), m.begun(asset, keys)...)
	}
	*to = all
	return nil
}

// begun leaves out the time windows that do not exist yet: Dagster never counts them
// among the targets of a backfill, whatever time it is later.
func (m *moment) begun(asset string, keys []string) []string {
	p := m.defs.definition(asset)
	if !p.IsTime() {
		return keys
	}
	now := space.NewKeys(p, m.at, nil, nil)
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		_, exists := now.Index(key)
		return !exists
	})
}
