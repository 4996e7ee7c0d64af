package control_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/control"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// services gives the same state over the socket and straight from the store.
func services(t *testing.T, folder string) map[string]control.Service {
	t.Helper()
	s, err := sqlite.Open(t.Context(), folder, sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tick := store.Tick{Block: store.Block{Name: "b", Listed: true}, At: start}
	for i, key := range []string{"sales/a", "x"} {
		f := request.File{Key: key, ETag: "1", LastModified: start}
		tick.Versions = append(tick.Versions, store.Version{Block: "b", File: f, State: store.Requested, Current: true, FirstSeen: start, DecidedAt: start})
		tick.Entries = append(tick.Entries, store.Entry{Delivery: store.Refused, DoneAt: start, Reason: "no", Request: request.Request{ID: strings.Repeat(string('a'+rune(i)), 32), Block: "b", RunKey: key, File: f, Selection: []string{}, RunConfig: map[string]any{}}})
	}
	if err := s.Commit(t.Context(), tick); err != nil {
		t.Fatal(err)
	}
	local := control.Local{Store: s, Now: func() time.Time { return start.Add(time.Hour) }}
	listener, err := control.Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: control.Handler(local, nil, nil)}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	client, err := control.Dial(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]control.Service{"local": local, "socket": client}
}

// deep is a folder whose path is longer than that of a socket may be.
func deep(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestBothWays(t *testing.T) {
	folder := deep(t)
	answers := map[string][]any{}
	for name, s := range services(t, folder) {
		var got []any
		add := func(values ...any) { got = append(got, values...) }
		if err := s.Files(t.Context(), store.FileFilter{Glob: "sales/*"}, func(v store.Version) error { add(v); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.Requests(t.Context(), store.EntryFilter{Delivery: store.Refused}, func(e store.Entry) error { add(e.Request.RunKey, e.Reason); return nil }); err != nil {
			t.Fatal(err)
		}
		e, err := s.Request(t.Context(), "aaaa")
		add(e.Request.RunKey, err)
		var unknown *control.UnknownRequest
		_, err = s.Request(t.Context(), "ffff")
		add(errors.Is(err, store.ErrNotFound))
		_, err = s.Retry(t.Context(), []string{"aaaa", "ffff"})
		add(errors.As(err, &unknown) && unknown.ID == "ffff")
		if err := s.Files(t.Context(), store.FileFilter{Glob: "{"}, func(store.Version) error { return nil }); err == nil {
			t.Errorf("%s: a wrong glob is no error", name)
		}
		answers[name] = got
	}
	if diff := cmp.Diff(answers["local"], answers["socket"]); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(filepath.Join(folder, control.SocketName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestChanges(t *testing.T) {
	s := services(t, t.TempDir())["socket"]
	if n, err := s.Retry(t.Context(), []string{strings.Repeat("a", 32)}); n != 1 || err != nil {
		t.Error(n, err)
	}
	if n, err := s.Retry(t.Context(), nil); n != 1 || err != nil {
		t.Error(n, err)
	}
	if n, err := s.Forget(t.Context(), "", "**"); n != 2 || err != nil {
		t.Error(n, err)
	}
}

func TestNoDaemon(t *testing.T) {
	if _, err := control.Dial(t.Context(), t.TempDir()); !errors.Is(err, control.ErrNoDaemon) {
		t.Error(err)
	}
}
