package live_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/journal"
	"auto/runtime/live"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestMoving: where each asset has a policy of its own and looks at no other one with a
// condition, it makes no difference which sensor has it, and how often that changes. Gaps
// are left out: one policy with `missed all` has its whole sensor catch up on them.
func TestMoving(t *testing.T) { rapid.Check(t, checkMoving) }

func checkMoving(t *rapid.T) {
	m := &movers{one: newLab(t), many: newLab(t)}
	m.policies, m.requests = map[string]string{}, map[string]string{}
	for _, key := range movable {
		m.edit(key)
	}
	m.reload()
	for range 5 + m.one.draw(40, "steps") {
		m.step()
	}
}

var movable = []string{"a", "b", "c", "d"}

const movableText = `
partitions:
  daily: {type: daily, start: "2026-02-28"}
  customers: {type: dynamic, name: customers}
assets:
  - {key: raw, external: true}
  - {key: a, deps: [raw]}
  - {key: b, deps: [raw], partitions: daily}
  - {key: c, deps: [raw], partitions: daily}
  - {key: d, deps: [raw], partitions: customers}
`

// movers are two daemons of which only one has several sensors.
type movers struct {
	one, many *lab
	policies  map[string]string
	// requests are those of the many sensors, by the ID of the same one of the one sensor.
	requests map[string]string
}

// edit gives an asset a policy.
func (m *movers) edit(key string) {
	l := m.one
	m.policies[key] = fmt.Sprintf("policy %s for assets(\"%s\") {\n    when %s\n    group by none\n    %s\n}\n", key, key, pick(l, "condition", conditions...), strings.Join(l.clauses("group", "max"), "\n    "))
}

func (m *movers) texts(sensors string) texts {
	var text strings.Builder
	for _, key := range movable {
		text.WriteString(m.policies[key])
	}
	return texts{"auto.yaml": "", "assets/a.yaml": movableText, "policies/p.auto": text.String() + sensors}
}

// reload moves assets. The one sensor is put in force anew, too: a comment has changed.
func (m *movers) reload() {
	l := m.one
	of := map[string][]string{}
	for _, key := range movable {
		name := pick(l, "sensor of "+key, "", "one", "two")
		of[name] = append(of[name], key)
	}
	var sensors strings.Builder
	for _, name := range []string{"one", "two"} {
		if len(of[name]) > 0 {
			fmt.Fprintf(&sensors, "sensor %s for assets(\"%s\") every 30s\n", name, strings.Join(of[name], `", "`))
		}
	}
	l.names++
	m.put(m.one, fmt.Sprintf("# %d\n", l.names))
	m.put(m.many, fmt.Sprintf("# %d\n%s", l.names, sensors.String()))
}

func (m *movers) put(l *lab, sensors string) {
	x := m.texts(sensors)
	if !l.put(x) {
		_, err := x.load()
		l.Fatal(err)
	}
}

func (m *movers) step() {
	l := m.one
	switch l.draw(10, "step") {
	case 0, 1, 2, 3:
		m.tick()
	case 4, 5:
		m.both(l.happen)
	case 6:
		m.both(l.pause)
	case 7:
		m.both(l.resume)
	case 8, 9:
		if l.draw(2, "edit") == 0 {
			m.edit(pick(l, "asset", movable...))
		}
		m.reload()
	}
	l.pass()
	m.many.at = l.at
}

// both does with one daemon what appends a record, and gives the other one the same.
func (m *movers) both(do func()) {
	do()
	rec := m.one.journal[len(m.one.journal)-1]
	rec.Seq = m.many.seq() + 1
	if body, ok := m.one.read(rec).Body.(*journal.Events); ok {
		for i := range body.Events {
			body.Events[i].RequestID = m.requests[body.Events[i].RequestID]
		}
		rec.Body = []byte(jsonOf(m.one.T, body))
	}
	m.many.journal = append(m.many.journal, rec)
	m.many.at = m.one.at
}

// tick ticks all sensors, and holds what they launch and drop against each other. Runs are
// reported of the requests of the one sensor: the other daemon is told the same.
func (m *movers) tick() {
	var ones, manies map[string]string
	was, now := m.ticked(m.one, &ones), m.ticked(m.many, &manies)
	for launch, id := range ones {
		m.requests[id] = manies[launch]
	}
	if diff := cmp.Diff(was, now); diff != "" {
		m.one.Fatalf("moving makes a difference:\n%s\n%s\n%s", diff, m.one.dump(), m.many.dump())
	}
	m.many.at = m.one.at
	if a, b := m.owed(m.one), m.owed(m.many); !slices.Equal(a, b) {
		m.one.Fatalf("moving makes a difference:\n%s\n%s\n%s", cmp.Diff(a, b), m.one.dump(), m.many.dump())
	}
}

// ticked gives what all sensors do, and the requests by launch.
func (m *movers) ticked(l *lab, requests *map[string]string) []string {
	var all []string
	*requests = map[string]string{}
	for _, s := range l.p.Sensors {
		for _, out := range l.tick(s) {
			all = append(all, launchesAndDrops(out)...)
			for _, sent := range out.Sent {
				(*requests)[fmt.Sprint(sent.Launches[0].Pair, out.At)] = sent.Request.ID
			}
		}
	}
	slices.Sort(all)
	return all
}

func (m *movers) owed(l *lab) []string {
	var all []string
	for _, s := range l.p.Sensors {
		for _, o := range s.Waiting(l.at) {
			o.Running = ""
			all = append(all, jsonOf(l.T, o))
		}
	}
	slices.Sort(all)
	return all
}

func launchesAndDrops(out *live.Outcome) (all []string) {
	for _, sent := range out.Sent {
		for _, one := range sent.Launches {
			all = append(all, fmt.Sprintf("%s launch %s[%s] since %s retry %d", out.At.Format(time.RFC3339Nano), one.Key, one.Partition, one.Since, one.Retry))
		}
	}
	for _, d := range out.Body.Dropped {
		all = append(all, fmt.Sprint(out.At, d))
	}
	for _, h := range out.Body.Halted {
		all = append(all, fmt.Sprint(out.At, " halted ", h))
	}
	return all
}
