package backlog

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/compiler"
	"auto/compiler/files"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/journal"
)

var update = flag.Bool("update", false, "write the outcomes into testdata")

// TestClauses plays the conversations of testdata/clauses: each line is told to a ledger,
// and the indented ones below it are what it answers. Numbers are minutes.
func TestClauses(t *testing.T) {
	names, err := filepath.Glob("testdata/clauses/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// talk is a conversation with a ledger.
type talk struct {
	*testing.T
	ledger   *Ledger
	world    *world
	policies map[string]Policy
	owner    map[string]string
	at       time.Time
	requests int
	out      strings.Builder
}

func play(t *testing.T, text string) string {
	k := &talk{T: t, ledger: New(), world: newWorld(), at: start, policies: map[string]Policy{}, owner: map[string]string{}}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "    ") {
			continue
		}
		k.out.WriteString(line + "\n")
		if line != "" && line[0] != '#' {
			k.do(line)
		}
	}
	return k.out.String()
}

func (k *talk) say(format string, args ...any) { fmt.Fprintf(&k.out, "    "+format+"\n", args...) }

func (k *talk) do(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	switch verb {
	case "at":
		k.at = minute(k, words[0])
	case "policy":
		k.policy(rest)
	case "remove":
		delete(k.policies, words[0])
		k.use()
	case "decide":
		k.decide(words, time.Time{})
	case "missed":
		k.decide(words[1:], minute(k, words[0]))
	case "release":
		k.release()
	case "waiting":
		k.waiting()
	case "next":
		next, ok := k.ledger.nextAt(k.at)
		k.say("%s %v", next.Format(time.RFC3339Nano), ok)
	case "failure", "success", "canceled":
		k.ledger.Happened(&events.Event{Type: events.Run, Status: facts.Status(verb), RequestID: words[0], At: k.at})
	case "succeeded":
		k.world.succeeded[pair(words[0])] = minute(k, words[1])
		k.ledger.Happened(&events.Event{Type: events.Run, Status: facts.Success, At: k.at})
	case "update":
		k.world.updated[pair(words[0])] = k.at
		k.ledger.Happened(&events.Event{Type: events.Materialization, At: k.at})
	case "pause":
		k.ledger.Pause(journal.Pause{Keys: words[1:], Until: minute(k, words[0]), Reason: "maintenance"}, k.at)
	case "resume":
		k.resume(words)
	case "pauses":
		for _, p := range k.ledger.Pauses(k.at) {
			k.say("%s until %s", strings.Join(p.Keys, " "), p.Until.Format(time.RFC3339))
		}
		k.say("halted: %s", strings.Join(k.ledger.Halted(), " "))
	default:
		k.Fatalf("no such line: %s", line)
	}
}

func minute(t interface{ Fatal(...any) }, word string) time.Time {
	n, err := strconv.Atoi(word)
	if err != nil {
		t.Fatal(err)
	}
	return start.Add(time.Duration(n) * time.Minute)
}

func pair(word string) Pair {
	key, partition, _ := strings.Cut(word, "/")
	return Pair{key, partition}
}

func (k *talk) resume(words []string) {
	r := journal.Resume{Keys: words}
	switch last := compiler.Missed(words[len(words)-1]); last {
	case compiler.MissedNone, compiler.MissedLast, compiler.MissedAll:
		r.Keys, r.Missed = words[:len(words)-1], last
	}
	k.say("resumed: %s", strings.Join(k.ledger.Resume(r, k.at), " "))
}

// policy reads `NAME for KEYS: CLAUSE; …`.
func (k *talk) policy(text string) {
	head, clauses, _ := strings.Cut(text, ":")
	words := strings.Fields(head)
	c := &compiler.Clauses{Missed: compiler.MissedLast}
	for clause := range strings.SplitSeq(clauses, ";") {
		if clause = strings.TrimSpace(clause); clause != "" {
			k.clause(c, clause)
		}
	}
	k.policies[words[0]] = Policy{words[0], c}
	for key, owner := range k.owner {
		if owner == words[0] {
			delete(k.owner, key)
		}
	}
	for _, key := range words[2:] {
		k.owner[key] = words[0]
	}
	k.use()
}

func (k *talk) use() {
	k.ledger.Settle(k.at)
	policies, owner := maps.Clone(k.policies), maps.Clone(k.owner)
	maps.DeleteFunc(owner, func(_, name string) bool { return policies[name].Name == "" })
	k.ledger.Use(policies, func(key string) string { return owner[key] })
}

func (k *talk) clause(c *compiler.Clauses, text string) {
	words := strings.Fields(text)
	number := func(i int) int {
		n, err := strconv.Atoi(words[i])
		if err != nil {
			k.Fatal(err)
		}
		return n
	}
	duration := func(i int) time.Duration {
		d, err := time.ParseDuration(words[i])
		if err != nil {
			k.Fatal(err)
		}
		return d
	}
	switch {
	case strings.HasPrefix(text, "limit") && words[3] == "tick":
		c.PerTick = number(1)
	case strings.HasPrefix(text, "limit"):
		c.Limits = append(c.Limits, files.Limit{Count: number(1), Per: duration(3)})
	case strings.HasPrefix(text, "at most"):
		c.AtMost = append(c.AtMost, files.Limit{Count: number(2), Per: duration(4)})
	case strings.HasPrefix(text, "quiet"):
		c.Quiet = duration(1)
	case strings.HasPrefix(text, "retry"):
		c.Retry = compiler.Retry{Times: number(1), After: duration(3)}
		if len(words) > 4 {
			c.Retry.UpTo = duration(6)
		}
	case strings.HasPrefix(text, "missed"):
		c.Missed = compiler.Missed(words[1])
	case strings.HasPrefix(text, "order"):
		c.NewestFirst = words[1] == "newest"
	case strings.HasPrefix(text, "halt above"):
		c.HaltAbove = number(2)
	case strings.HasPrefix(text, "pause until"):
		c.PausedUntil, c.PauseReason = minute(k, words[2]), "maintenance"
	case strings.HasPrefix(text, "priority"):
		c.Priority = number(1)
	default:
		k.Fatalf("no such clause: %s", text)
	}
}

func (k *talk) decide(words []string, downSince time.Time) {
	byPolicy := map[string][]Pair{}
	for _, word := range words {
		p := pair(word)
		byPolicy[k.owner[p.Key]] = append(byPolicy[k.owner[p.Key]], p)
	}
	for _, name := range keysOf(byPolicy) {
		if !k.ledger.Decide(Decided{name, byPolicy[name], k.at, downSince}) {
			k.say("halted %s", name)
		}
	}
}

// release gives each launch a request of its own.
func (k *talk) release() {
	launches, dropped := k.ledger.Release(k.at, k.world)
	for _, d := range dropped {
		k.say("drop %s, decided at %s: %s", name(Pair{d.Asset, d.Partition}), k.minutes(d.DecidedAt), d.Reason)
	}
	for _, g := range launches {
		k.requests++
		request := fmt.Sprint("r", k.requests)
		k.ledger.Launched(request, []Launch{g})
		k.say("%s: %s, owed since %s, decided at %s%s", request, name(g.Pair), k.minutes(g.Since), k.minutes(g.DecidedAt), retryText(g.Retry))
	}
}

func retryText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", retry %d", n)
}

func name(p Pair) string {
	if p.Partition == "" {
		return p.Key
	}
	return p.Key + "/" + p.Partition
}

func (k *talk) minutes(at time.Time) string { return fmt.Sprint(int(at.Sub(start).Minutes())) }

func (k *talk) waiting() {
	for _, o := range k.ledger.Waiting(k.at, k.world) {
		until := ""
		if !o.NotBefore.IsZero() {
			until = " (" + k.minutes(o.NotBefore) + ")"
		}
		if o.Decisions > 0 {
			until += fmt.Sprintf(" (%d decisions)", o.Decisions)
		}
		k.say("%s since %s: %s%s", name(o.Pair), k.minutes(o.Since), o.Why, until)
	}
}
