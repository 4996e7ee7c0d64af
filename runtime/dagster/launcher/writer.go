package launcher

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"auto/runtime/dagster/runtags"
	"auto/runtime/store"
)

const (
	// writerMark is the mark with the name of whoever launches with a state folder.
	writerMark = "dagster/writer"
	// every is how often it is looked for other writers, and overlap how far back each look
	// goes into what the last one had: runs do not become visible in the order of their
	// creation.
	every   = 2 * time.Second
	overlap = 10 // seconds
)

// writer knows who launches: itself, by a name that its state folder has for ever, and
// others that have launched since it started.
type writer struct {
	started time.Time
	settle  time.Duration

	mu   sync.Mutex
	name string
	next time.Time
	// begun: it is known which run was the newest when others began to count, created at
	// the instant base; newest is that of the newest run seen.
	begun        bool
	base, newest float64
	rivals       map[string]rival // by asset key, or check as asset:check
}

// rival is a run that another writer launched.
type rival struct {
	writer, run string
	at          time.Time
}

// load reads the writer's name, and makes one where there is none.
func (w *writer) load(ctx context.Context, marks store.Marks, random io.Reader) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.name != "" {
		return nil
	}
	name := ""
	err := marks.Marks(ctx, writerMark, func(m store.Mark) error {
		if m.Name == writerMark {
			name = string(m.Body)
		}
		return nil
	})
	if err == nil && name == "" {
		name, err = newName(ctx, marks, random)
	}
	if err != nil {
		return fmt.Errorf("the name of this writer cannot be kept: %w", err)
	}
	w.name = name
	return nil
}

func newName(ctx context.Context, marks store.Marks, random io.Reader) (string, error) {
	bytes := make([]byte, 8)
	if _, err := io.ReadFull(random, bytes); err != nil {
		return "", err
	}
	name := hex.EncodeToString(bytes)
	return name, marks.PutMarks(ctx, map[string][]byte{writerMark: []byte(name)})
}

// filter gives which runs are looked at for other writers, and false where it is not the
// time to. What an earlier writer has sent may still appear shortly after the start.
func (w *writer) filter(now time.Time) (RunsFilter, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	filter := RunsFilter{Tags: []ExecutionTag{{Key: runtags.Launcher, Value: launcherTag}}}
	if now.Sub(w.started) < w.settle || now.Before(w.next) {
		return filter, false
	}
	if w.begun {
		filter.CreatedAfter = max(w.base, w.newest-overlap)
	}
	w.next = now.Add(every)
	return filter, true
}

// see takes in the runs that the filter selected. The first time it only notes which is the
// newest: what was launched before that is over.
func (w *writer) see(runs []Run) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, run := range runs {
		w.newest = max(w.newest, run.CreationTime)
		if name := tagsOf(&run)[WriterTag]; w.begun && name != w.name {
			w.note(&run, name)
		}
	}
	if !w.begun {
		w.begun, w.base, w.rivals = true, w.newest, map[string]rival{}
	}
}

func (w *writer) note(run *Run, name string) {
	of := workOf(run)
	for _, key := range append(of.assets, of.checks...) {
		w.rivals[key] = rival{name, run.RunId, instant(run.CreationTime)}
	}
}

// alone gives a failure where another writer launches some of the same.
func (w *writer) alone(of work) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range append(of.assets[:len(of.assets):len(of.assets)], of.checks...) {
		if r, ok := w.rivals[key]; ok {
			return unreachable("Another `auto` drives `%s`, too: the writer %s launched the run %s at %s, after this one, %s, had started. Stop one of them, then restart the other.",
				key, strings.TrimSpace(r.writer), r.run, r.at.Format(time.RFC3339), w.name)
		}
	}
	return nil
}
