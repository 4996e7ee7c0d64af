package codeserver

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/dagster/deployment"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
)

// event writes a StreamingExternalRepositoryEvent.
func event(sequence uint64, chunk string) []byte {
	out := protowire.AppendTag(nil, 1, protowire.VarintType)
	out = protowire.AppendVarint(out, sequence)
	out = protowire.AppendTag(out, 2, protowire.BytesType)
	return protowire.AppendString(out, chunk)
}

// serve starts a code server that answers by a function, and gives its address.
func serve(t *testing.T, network, address string, answer func(asked string, send func([]byte) error) error) string {
	t.Helper()
	listener, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(raw{}), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		name, _ := grpc.MethodFromServerStream(stream)
		var request []byte
		if err := stream.RecvMsg(&request); err != nil || name != method {
			return status.Errorf(codes.Unimplemented, "%s: %v", name, err)
		}
		if err := grpc.SetSendCompressor(stream.Context(), "gzip"); err != nil {
			return err
		}
		return answer(string(request), func(message []byte) error { return stream.SendMsg(message) })
	}))
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	if network == "unix" {
		return "unix:" + address
	}
	return listener.Addr().String()
}

// inParts sends a text in parts of a size.
func inParts(text string, size int) func(string, func([]byte) error) error {
	return func(_ string, send func([]byte) error) error {
		for i := 0; len(text) > 0; i++ {
			n := min(size, len(text))
			if err := send(event(uint64(i), text[:n])); err != nil {
				return err
			}
			text = text[n:]
		}
		return nil
	}
}

// definitions asks one server.
func definitions(t *testing.T, address string) (map[string]deployment.Definition, error) {
	t.Helper()
	s := Servers{Addresses: map[string]string{"core": address}, Timeout: 10 * time.Second}
	return s.Definitions(context.Background(), "core", "__repository__")
}

func TestDefinitions(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "repository.json"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := definitions(t, serve(t, "tcp", "127.0.0.1:0", inParts(string(text), 1000)))
	if err != nil {
		t.Fatal(err)
	}
	daily := &graph.Spec{Type: graph.Daily, Start: "2026-01-01", End: "2026-12-31", Timezone: "Europe/Berlin"}
	for key, want := range map[string]deployment.Definition{
		"raw_events": {},
		"region_sales": {
			Partitions: &graph.Spec{Type: graph.Static, Keys: []string{"eu", "us", "apac"}},
			Deps:       []deployment.Dep{{Key: "daily_orders", Mapping: &graph.Mapping{Kind: graph.MapLast}}},
		},
		"daily_clicks": {Partitions: daily, Deps: []deployment.Dep{
			{Key: "daily_orders", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}}, {Key: "hourly_clicks"}}},
	} {
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if len(got) != 16 {
		t.Errorf("%d assets", len(got))
	}
}

// TestRequest: the server is told which repository is meant, over a socket, too.
func TestRequest(t *testing.T) {
	var asked string
	path := filepath.Join(t.TempDir(), "server.sock")
	address := serve(t, "unix", path, func(request string, send func([]byte) error) error {
		asked = request
		return send(event(0, `{"__class__": "ExternalRepositoryData"}`))
	})
	if got, err := definitions(t, address); err != nil || got == nil || len(got) > 0 {
		t.Error(got, err)
	}
	for _, part := range []string{`"__class__":"ExternalRepositoryOrigin"`, `"repository_name":"__repository__"`, `"location_name":"core"`, `"socket":"` + path + `"`} {
		if !strings.Contains(asked, part) {
			t.Errorf("%s is not in %q", part, asked)
		}
	}
	if !strings.HasSuffix(asked, "\x10\x01") {
		t.Error("snapshots are not deferred")
	}
}

func TestNoAddress(t *testing.T) {
	if got, err := (Servers{}).Definitions(context.Background(), "core", "__repository__"); got != nil || err != nil {
		t.Error(got, err)
	}
}

func TestErrors(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	answers := func(chunk string) string { return serve(t, "tcp", "127.0.0.1:0", inParts(chunk, 1<<20)) }
	for name, c := range map[string]struct{ address, want string }{
		"nobody":     {listener.Addr().String(), "cannot be asked: connection error"},
		"no address": {"here", "cannot be asked"},
		"error":      {answers(`{"__class__": "ExternalRepositoryErrorData", "error": {"message": "Exception: Could not find a repository called \"x\"\n"}}`), `answers: Exception: Could not find a repository called "x"`},
		"another":    {answers(`{"__class__": "RepositorySnap"}`), "answers with `RepositorySnap`, which auto does not know"},
		"no JSON":    {answers("<html>"), "cannot be read: invalid character"},
		"cut":        {serve(t, "tcp", "127.0.0.1:0", func(_ string, send func([]byte) error) error { return send([]byte{0x12, 0xff}) }), "its answer is no message of Dagster"},
		"refused": {serve(t, "tcp", "127.0.0.1:0", func(string, func([]byte) error) error { return status.Error(codes.PermissionDenied, "no entry") }),
			"no entry (PermissionDenied)"},
		"slow": {serve(t, "tcp", "127.0.0.1:0", func(string, func([]byte) error) error { return status.Error(codes.DeadlineExceeded, "too long") }), "too long (DeadlineExceeded)"},
	} {
		got, err := definitions(t, c.address)
		if got != nil || err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.address) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func FuzzTextOf(f *testing.F) {
	f.Add(event(3, "text"))
	f.Add([]byte{0x12})
	f.Add(append(event(0, "a"), event(1, "b")...))
	f.Fuzz(func(t *testing.T, message []byte) {
		if text, err := textOf(message); err == nil && len(text) > len(message) {
			t.Errorf("%q of %q", text, message)
		}
	})
}
