package e2e

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// delivery is what a receiver reads of a request.
type delivery struct {
	ID      string `json:"id"`
	Attempt int    `json:"attempt"`
	File    struct {
		Key string `json:"key"`
	} `json:"file"`
}

// receiver acts once on each id, as receivers should; but it answers badly: with 500,
// with silence before or after it acted, or that it refuses.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	random   *rand.Rand
	acted    map[string]string // id → key
	attempts map[string]map[int]int
	posts    int
	changed  chan struct{} // gets a value when something was acted on
	good     bool
}

func newReceiver(t *testing.T, seed uint64) *receiver {
	r := &receiver{random: rand.New(rand.NewPCG(seed, 1)), acted: map[string]string{}, attempts: map[string]map[int]int{}, changed: make(chan struct{}, 1)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	var d delivery
	if err := json.NewDecoder(in.Body).Decode(&d); err != nil || in.Header.Get("Idempotency-Key") != d.ID {
		http.Error(w, "no request", http.StatusBadRequest)
		return
	}
	switch r.take(d) {
	case 0:
		http.Error(w, "try again", http.StatusInternalServerError)
	case 1, 2: // silence: the connection breaks
		panic(http.ErrAbortHandler)
	}
}

// take acts on a delivery, or not, and gives how it is answered.
func (r *receiver) take(d delivery) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts++
	if r.attempts[d.ID] == nil {
		r.attempts[d.ID] = map[int]int{}
	}
	r.attempts[d.ID][d.Attempt]++
	mood := r.random.IntN(12)
	if r.good {
		mood = 12
	}
	if mood != 0 && mood != 1 {
		r.acted[d.ID] = d.File.Key
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
	return mood
}

// counts gives how many ids were acted on, and how often each key.
func (r *receiver) counts() (int, map[string]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	keys := map[string]int{}
	for _, key := range r.acted {
		keys[key]++
	}
	return len(r.acted), keys
}
