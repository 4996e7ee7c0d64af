package dispatch

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"auto/runtime/backlog"
	"auto/runtime/events"
	"auto/runtime/request"
	"auto/vm/graph"
	"auto/vm/runs"
)

// writer writes the requests of drafts.
type writer struct {
	Input
	*splitter
	sent []Sent
}

// send writes the requests of a draft.
func (w *writer) send(d *draft) {
	slices.SortFunc(d.members, func(a, b member) int {
		return cmp.Or(cmp.Compare(a.entity, b.entity), cmp.Compare(a.launch, b.launch))
	})
	for round, members := range w.rounds(d.members) {
		for _, part := range w.parts(entitiesOf(members), d.profile.clauses.MaxPerRun) {
			w.request(d, round, part, membersOf(members, part))
		}
	}
}

// rounds parts members, sorted by entity, so that none has a pair twice.
func (w *writer) rounds(members []member) (rounds [][]member) {
	seen := map[backlog.Pair]int{}
	for i, m := range members {
		n := 0
		alone := (i == 0 || members[i-1].entity != m.entity) && (i+1 == len(members) || members[i+1].entity != m.entity)
		if !alone && m.launch >= 0 {
			n = seen[w.Launches[m.launch].Pair]
			seen[w.Launches[m.launch].Pair]++
		}
		if n == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[n] = append(rounds[n], m)
	}
	return rounds
}

// entitiesOf gives the entities of members that are sorted by them, each once.
func entitiesOf(members []member) []int {
	entities := make([]int, len(members))
	for i, m := range members {
		entities[i] = m.entity
	}
	return slices.Compact(entities)
}

// membersOf gives the members of some entities, which are sorted.
func membersOf(members []member, entities []int) (of []member) {
	if len(entities) == len(members) {
		return members
	}
	for _, m := range members {
		if _, ok := slices.BinarySearch(entities, m.entity); ok {
			of = append(of, m)
		}
	}
	return of
}

// request writes one request.
func (w *writer) request(d *draft, round int, entities []int, members []member) {
	launches := w.launchesOf(members)
	if len(launches) == 0 {
		return // a check that runs along with its asset, which is in another part
	}
	r := request.Request{Sensor: w.Sensor, Job: d.profile.job, Partition: d.partition, Priority: d.profile.clauses.Priority, DecidedAt: w.At.UTC()}
	r.Selection, r.Checks = runs.Compose(w.Space, entities, w.conditioned)
	for _, l := range launches {
		r.Policies = append(r.Policies, l.Policy)
	}
	slices.Sort(r.Policies)
	r.Policies = slices.Compact(r.Policies)
	r.ID = id(&r, round, launches)
	r.RunKey = r.ID
	f := w.fields(launches[0].Policy, d.partition)
	r.Params = paramsOf(f, d.profile.clauses.Params)
	r.Tags = tagsOf(f, d.profile.tags)
	r.Tags[events.RequestTag] = r.ID
	if len(r.Policies) == 1 {
		r.Tags[PolicyTag] = r.Policies[0]
	}
	w.Params.Tell(&r, w.asset, w.config(launches, d.partition))
	w.sent = append(w.sent, Sent{r, launches})
}

func (w *writer) conditioned(key string) bool { return w.Conditioned != nil && w.Conditioned(key) }

// launchesOf gives the launches of members, in their order.
func (w *writer) launchesOf(members []member) []backlog.Launch {
	var places []int
	for _, m := range members {
		if m.launch >= 0 {
			places = append(places, m.launch)
		}
	}
	slices.Sort(places)
	launches := make([]backlog.Launch, len(places))
	for i, at := range places {
		launches[i] = w.Launches[at]
	}
	return launches
}

// config gives the config of assets, each by its own policy.
func (w *writer) config(launches []backlog.Launch, partition string) map[string]map[string]any {
	var config map[string]map[string]any
	for _, l := range launches {
		for _, c := range w.Policies[l.Policy].Clauses.Config {
			if c.Asset != l.Key {
				continue
			}
			if config == nil {
				config = map[string]map[string]any{}
			}
			config[l.Key] = map[string]any{}
			w.fields(l.Policy, partition).Put(config[l.Key], c.Entries)
		}
	}
	return config
}

// asset gives an asset by its key.
func (w *writer) asset(key string) (*graph.Asset, bool) {
	i, ok := w.Space.Find(key)
	if !ok {
		return nil, false
	}
	return w.Space.Entities[i].Asset, true
}

// id gives the identity of a request, 32 hexadecimal digits, of what it decides: the
// sensor and the instant of the tick, what is run, and which decisions that carries out.
func id(r *request.Request, round int, launches []backlog.Launch) string {
	var text []byte
	add := func(s string) { text = append(binary.AppendUvarint(text, uint64(len(s))), s...) }
	number := func(n int64) { text = binary.AppendVarint(text, n) }
	list := func(l []string) {
		number(int64(len(l)))
		for _, s := range l {
			add(s)
		}
	}
	add(r.Sensor)
	number(r.DecidedAt.UnixNano())
	add(r.Partition)
	list(r.Selection)
	list(r.Checks)
	number(int64(round))
	for _, l := range launches {
		add(l.Key)
		add(l.Partition)
		number(l.DecidedAt.UnixNano())
		number(int64(l.Retry))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
