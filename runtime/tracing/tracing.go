// Package tracing sends spans of ticks, deliveries and calls to a collector, by the
// OpenTelemetry protocol over HTTP. A nil *Tracer traces nothing and costs nothing.
package tracing

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options say where spans go.
type Options struct {
	// Endpoint is the address of a collector, such as http://127.0.0.1:4318; "" leaves it
	// to the environment: OTEL_EXPORTER_OTLP_ENDPOINT and the other names of the
	// OpenTelemetry specification. Spans go to its path /v1/traces.
	Endpoint string
	// Headers are sent with every export.
	Headers map[string]string
	// Version is that of the daemon.
	Version string
	// Getenv looks an environment name up.
	Getenv func(name string) (string, bool)
	// Log is told when spans cannot be sent.
	Log *slog.Logger
}

// on reports whether anything says where spans go.
func (o Options) on() bool {
	if disabled, _ := o.Getenv("OTEL_SDK_DISABLED"); strings.EqualFold(disabled, "true") {
		return false
	}
	if o.Endpoint != "" {
		return true
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		if value, ok := o.Getenv(name); ok && value != "" {
			return true
		}
	}
	return false
}

// Tracer makes spans. It is safe for concurrent use.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// New gives a tracer, nil where nothing says where spans go. What cannot be sent is
// dropped after a while: tracing never holds up a tick.
func New(ctx context.Context, o Options) (*Tracer, error) {
	if !o.on() {
		return nil, nil
	}
	var options []otlptracehttp.Option
	if o.Endpoint != "" {
		options = append(options, otlptracehttp.WithEndpointURL(strings.TrimSuffix(o.Endpoint, "/")+"/v1/traces"))
	}
	if len(o.Headers) > 0 {
		options = append(options, otlptracehttp.WithHeaders(o.Headers))
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, err
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "auto"), attribute.String("service.version", o.Version)),
		resource.WithFromEnv())
	if err != nil {
		return nil, errors.Join(err, exporter.Shutdown(ctx))
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { o.Log.Warn("spans cannot be sent", "error", err) }))
	return newTracer(sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))), nil
}

func newTracer(p *sdk.TracerProvider) *Tracer {
	return &Tracer{provider: p, tracer: p.Tracer("auto")}
}

// Close sends the spans that are left, for at most five seconds.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// Start begins a span, below the one of the context, and gives a context in which others
// are below it. The span has to be ended.
func (t *Tracer) Start(ctx context.Context, name string) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	ctx, span := t.tracer.Start(ctx, name)
	return ctx, &Span{span}
}

// Span is something that takes time. A nil *Span is none.
type Span struct{ span trace.Span }

// Text says something about the span.
func (s *Span) Text(name, value string) *Span {
	if s != nil {
		s.span.SetAttributes(attribute.String(name, value))
	}
	return s
}

// Number says something about the span.
func (s *Span) Number(name string, value int64) *Span {
	if s != nil {
		s.span.SetAttributes(attribute.Int64(name, value))
	}
	return s
}

// End ends the span; an error marks it as failed.
func (s *Span) End(err error) {
	if s == nil {
		return
	}
	if err != nil {
		s.span.RecordError(err)
		s.span.SetStatus(codes.Error, err.Error())
	}
	s.span.End()
}

// form is how a trace goes from one program to another: the header traceparent.
var form = propagation.TraceContext{}

// Receive gives a context in which spans belong to the trace of a call's headers.
func (t *Tracer) Receive(ctx context.Context, headers http.Header) context.Context {
	if t == nil {
		return ctx
	}
	return form.Extract(ctx, propagation.HeaderCarrier(headers))
}

// Send puts the trace of a context, if it has one, into the headers of a call.
func Send(ctx context.Context, headers http.Header) {
	form.Inject(ctx, propagation.HeaderCarrier(headers))
}
