package api

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/control"
	"auto/runtime/events"
)

// events takes events in.
func (a *API) events(c *call) (any, error) {
	list, wrong := events.Read(c.body, a.Now())
	if wrong != nil {
		a.Metrics.Refuse()
		return nil, wrong
	}
	return a.take(c, list)
}

// take hands events over; they are stored when it returns.
func (a *API) take(c *call, list []events.Event) (control.EventsTaken, error) {
	if len(list) == 0 {
		return control.EventsTaken{}, nil
	}
	return a.Automation.Events(c.Context(), list)
}

// lineageTaken is what became of OpenLineage events.
type lineageTaken struct {
	control.EventsTaken
	// Ignored counts those that say nothing about a run.
	Ignored int `json:"ignored"`
	// Unmapped are outputs that are no asset, Unplaced assets whose partition is not told.
	Unmapped []string `json:"unmapped,omitempty"`
	Unplaced []string `json:"unplaced,omitempty"`
}

// lineage takes OpenLineage events in. Senders look at the status alone, so that what is
// no asset of ours is logged and counted here.
func (a *API) lineage(c *call) (any, error) {
	r, wrong := a.Lineage().Read(c.body, a.Now())
	if wrong != nil {
		a.Metrics.Refuse()
		return nil, wrong
	}
	taken, err := a.take(c, r.Events)
	if err != nil {
		return nil, err
	}
	a.Metrics.Lineage(len(r.Unmapped), len(r.Unplaced))
	for _, name := range r.Unmapped {
		a.Log.Debug("an output of an OpenLineage event is no asset", "dataset", name)
	}
	for _, key := range r.Unplaced {
		a.Log.Warn("an OpenLineage event does not tell the partition of an asset", "asset", key)
	}
	c.code = http.StatusCreated
	return lineageTaken{taken, r.Ignored, r.Unmapped, r.Unplaced}, nil
}

// status says how the daemon is.
func (a *API) status(c *call) (any, error) { return a.Automation.Status(c.Context()) }

// owed is what is owed.
type owed struct {
	// Total counts what the question selects, Owed has the oldest of it.
	Total int            `json:"total"`
	Owed  []backlog.Owed `json:"owed"`
}

// The number of pairs of an answer, where the question does not say, and at most.
const defaultOwed, maxOwed = 1000, 100_000

// backlog gives what is owed, oldest first.
func (a *API) backlog(c *call) (any, error) {
	query, limit := c.URL.Query(), defaultOwed
	if err := onlyAsked(query, "key", "policy", "limit", "awaited"); err != nil {
		return nil, err
	}
	awaited, err := asked(query, "awaited")
	if err != nil {
		return nil, err
	}
	if given := query.Get("limit"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 0 || n > maxOwed {
			return nil, &failure{code: http.StatusBadRequest, message: "`limit` cannot be " + strconv.Quote(given) + ".", help: "Write a number up to 100000."}
		}
		limit = n
	}
	all, err := a.Automation.Backlog(c.Context())
	if err != nil {
		return nil, err
	}
	key, policy := query.Get("key"), query.Get("policy")
	out := owed{Owed: []backlog.Owed{}}
	for _, o := range all {
		if o.Running != "" && !awaited || key != "" && o.Key != key || policy != "" && o.Policy != policy {
			continue
		}
		out.Total++
		if len(out.Owed) < limit {
			out.Owed = append(out.Owed, o)
		}
	}
	return out, nil
}

// onlyAsked refuses questions that have no such name.
func onlyAsked(query url.Values, names ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(names, name) {
			return &failure{code: http.StatusBadRequest, message: "Nothing is asked by `" + name + "`.", help: "Ask by `" + strings.Join(names, "`, `") + "`."}
		}
	}
	return nil
}

// asked reads a question that is answered by yes or no; left out it is no.
func asked(query url.Values, name string) (bool, error) {
	switch given := query.Get(name); given {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, &failure{code: http.StatusBadRequest, message: "`" + name + "` cannot be " + strconv.Quote(given) + ".", help: "Write `true` or `false`."}
	}
}

// pause is the body of a call that pauses.
type pause struct {
	Selection string    `json:"selection"`
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
}

// held are the keys of a pause.
type held struct {
	Keys []string `json:"keys"`
}

func (a *API) pause(c *call) (any, error) {
	var p pause
	if err := strict(c.body, &p); err != nil {
		return nil, &failure{code: http.StatusBadRequest, message: err.Error(), help: `Write such as {"selection":"groups(\"sales\")","until":"2026-01-02T06:00:00Z","reason":"the warehouse moves"}.`}
	}
	keys, err := a.Automation.Pause(c.Context(), p.Selection, p.Until, p.Reason)
	return asHeld(keys), err
}

func (a *API) resume(c *call) (any, error) {
	query := c.URL.Query()
	if query.Get("selection") == "" {
		return nil, &failure{code: http.StatusBadRequest, message: "The call does not say what to resume.", help: "Write such as `?selection=groups(\"sales\")`, percent-encoded."}
	}
	keys, err := a.Automation.Resume(c.Context(), query.Get("selection"), compiler.Missed(query.Get("missed")))
	return asHeld(keys), err
}

func asHeld(keys []string) held { return held{append([]string{}, keys...)} }
