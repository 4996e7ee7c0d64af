// Package codeserver asks Dagster's code servers for the definitions that GraphQL loses.
// A code server speaks gRPC (dagster/_grpc/protos/dagster_api.proto), and its answer is
// one text of Dagster's serdes. It is no public interface of Dagster: what is not as
// expected is an error or a doubt, and never taken for something else.
package codeserver

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"auto/runtime/dagster/deployment"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip" // as Dagster's servers compress
	"google.golang.org/grpc/status"
)

const (
	// method gives the definitions of a repository in parts.
	method = "/api.DagsterApi/StreamingExternalRepository"
	// maxPart bounds a part, in bytes: Dagster cuts at 4 million characters.
	maxPart = 32 << 20
	// maxAnswer bounds all parts together, in bytes.
	maxAnswer = 512 << 20
)

// Servers are the code servers of a deployment. It implements deployment.Exact and is safe
// for concurrent use.
type Servers struct {
	// Addresses are by code location: HOST:PORT or unix:PATH.
	Addresses map[string]string
	// Timeout bounds the answer of a server, 0 for none.
	Timeout time.Duration
	// TLS is nil for servers without it, as Dagster starts them.
	TLS *tls.Config
}

var _ deployment.Exact = Servers{}

// Definitions implements deployment.Exact: nil for a location that has no address.
func (s Servers) Definitions(ctx context.Context, location, repository string) (map[string]deployment.Definition, error) {
	address, ok := s.Addresses[location]
	if !ok {
		return nil, nil
	}
	if s.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout)
		defer cancel()
	}
	text, err := s.ask(ctx, address, request(location, repository, address))
	if err != nil {
		return nil, fmt.Errorf("the code server at %s cannot be asked: %s", address, reason(err))
	}
	return read(text, address)
}

// ask gives the text of an answer.
func (s Servers) ask(ctx context.Context, address string, request []byte) ([]byte, error) {
	trust := insecure.NewCredentials()
	if s.TLS != nil {
		trust = credentials.NewTLS(s.TLS)
	}
	conn, err := grpc.NewClient(target(address), grpc.WithTransportCredentials(trust), grpc.WithNoProxy(),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.MaxCallRecvMsgSize(maxPart)))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(stream.SendMsg(request), stream.CloseSend()); err != nil {
		return nil, err
	}
	return receive(stream)
}

// receive puts the parts of an answer together.
func receive(stream grpc.ClientStream) ([]byte, error) {
	var text []byte
	for {
		var part []byte
		switch err := stream.RecvMsg(&part); {
		case errors.Is(err, io.EOF):
			return text, nil
		case err != nil:
			return nil, err
		}
		chunk, err := textOf(part)
		if err != nil {
			return nil, err
		}
		if text = append(text, chunk...); len(text) > maxAnswer {
			return nil, fmt.Errorf("its answer is longer than %d MiB", maxAnswer>>20)
		}
	}
}

// target is an address as gRPC has it: a host is looked up by the system's resolver.
func target(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return address
	}
	return "dns:///" + address
}

// reason gives what went wrong without the words of gRPC around it.
func reason(err error) string {
	text := err.Error()
	if s, ok := status.FromError(err); ok {
		text = fmt.Sprintf("%s (%s)", s.Message(), s.Code())
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, ".")
}

// request makes an ExternalRepositoryRequest. A server looks at the name of the repository
// only; the rest says where the caller believes it to be.
func request(location, repository, address string) []byte {
	type origin map[string]any
	at := origin{"__class__": "GrpcServerRepositoryLocationOrigin", "location_name": location, "host": "localhost", "port": nil, "socket": nil}
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		at["socket"] = path
	} else if host, port, err := net.SplitHostPort(address); err == nil {
		at["host"] = host
		if number, err := strconv.Atoi(port); err == nil {
			at["port"] = number
		}
	}
	// Maps of texts and numbers always have a form in JSON.
	text, _ := json.Marshal(origin{"__class__": "ExternalRepositoryOrigin", "repository_location_origin": at, "repository_name": repository})
	return message(text)
}
