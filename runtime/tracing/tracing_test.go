package tracing

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func unset(string) (string, bool) { return "", false }

// TestOff: without an endpoint nothing is traced, and calls allocate nothing.
func TestOff(t *testing.T) {
	for _, getenv := range []func(string) (string, bool){
		unset,
		func(name string) (string, bool) {
			return map[string]string{"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost"}[name], true
		},
	} {
		tracer, err := New(t.Context(), Options{Getenv: getenv})
		if tracer != nil || err != nil {
			t.Fatal(tracer, err)
		}
	}
	var tracer *Tracer
	ctx := context.Background()
	allocations := testing.AllocsPerRun(100, func() {
		_, span := tracer.Start(ctx, "tick")
		span.Text("sensor", "main").Number("requested", 1).End(nil)
	})
	if allocations != 0 {
		t.Error(allocations)
	}
	if err := tracer.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestSpans(t *testing.T) {
	kept := tracetest.NewInMemoryExporter()
	tracer := newTracer(sdk.NewTracerProvider(sdk.WithSyncer(kept)))
	headers := http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}
	ctx, outer := tracer.Start(tracer.Receive(t.Context(), headers), "POST /v1/events")
	ctx, inner := tracer.Start(ctx, "tick")
	sent := http.Header{}
	Send(ctx, sent)
	inner.Text("auto.sensor", "main").Number("auto.requested", 3).End(errors.New("locked"))
	outer.End(nil)
	spans := kept.GetSpans()
	if len(spans) != 2 {
		t.Fatal(spans)
	}
	tick, call := spans[0], spans[1]
	if call.SpanContext.TraceID().String() != "0af7651916cd43dd8448eb211c80319c" || call.Parent.SpanID().String() != "b7ad6b7169203331" {
		t.Error("the span does not belong to the caller's trace")
	}
	if tick.Parent.SpanID() != call.SpanContext.SpanID() || tick.Status.Code != codes.Error || len(tick.Attributes) != 2 || call.Status.Code != codes.Unset {
		t.Errorf("%+v", tick)
	}
	if want := "00-" + tick.SpanContext.TraceID().String() + "-" + tick.SpanContext.SpanID().String() + "-01"; sent.Get("traceparent") != want {
		t.Error(sent, want)
	}
}

// TestExport: spans reach a collector, when the tracer is closed at the latest.
func TestExport(t *testing.T) {
	type export struct {
		path, header, kind string
		body               []byte
	}
	got := make(chan export, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- export{r.URL.Path, r.Header.Get("X-Key"), r.Header.Get("Content-Type"), body}
	}))
	defer collector.Close()
	tracer, err := New(t.Context(), Options{Endpoint: collector.URL + "/", Headers: map[string]string{"X-Key": "k"}, Version: "1.2.3", Getenv: unset, Log: slog.New(slog.DiscardHandler)})
	if err != nil || tracer == nil {
		t.Fatal(tracer, err)
	}
	_, span := tracer.Start(t.Context(), "a tick of a sensor")
	span.End(nil)
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := <-got
	if e.path != "/v1/traces" || e.header != "k" || e.kind != "application/x-protobuf" || !strings.Contains(string(e.body), "a tick of a sensor") || !strings.Contains(string(e.body), "1.2.3") {
		t.Errorf("%s %s %s %q", e.path, e.header, e.kind, e.body)
	}
}

// TestEnvironment: the names of the OpenTelemetry specification turn tracing on.
func TestEnvironment(t *testing.T) {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		tracer, err := New(t.Context(), Options{Getenv: func(asked string) (string, bool) { return "http://127.0.0.1:9", asked == name }, Log: slog.New(slog.DiscardHandler)})
		if tracer == nil || err != nil {
			t.Fatal(name, err)
		}
		if err := tracer.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
