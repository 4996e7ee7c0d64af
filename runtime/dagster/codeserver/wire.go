package codeserver

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// raw is a codec for messages that are bytes already: of two messages with one text each
// no code needs to be generated.
type raw struct{}

// Name implements encoding.Codec: the bytes are those of protobuf.
func (raw) Name() string { return "proto" }

// Marshal implements encoding.Codec for []byte.
func (raw) Marshal(v any) ([]byte, error) {
	bytes, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("%T is no message", v)
	}
	return bytes, nil
}

// Unmarshal implements encoding.Codec for *[]byte.
func (raw) Unmarshal(data []byte, v any) error {
	to, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("%T is no message", v)
	}
	*to = append([]byte(nil), data...)
	return nil
}

// message writes an ExternalRepositoryRequest: serialized_repository_python_origin = 1,
// defer_snapshots = 2, so that jobs come without their snapshots.
func message(origin []byte) []byte {
	out := protowire.AppendTag(nil, 1, protowire.BytesType)
	out = protowire.AppendBytes(out, origin)
	out = protowire.AppendTag(out, 2, protowire.VarintType)
	return protowire.AppendVarint(out, 1)
}

// textOf gives serialized_external_repository_chunk = 2 of a
// StreamingExternalRepositoryEvent.
func textOf(event []byte) ([]byte, error) {
	var text []byte
	for len(event) > 0 {
		number, kind, n := protowire.ConsumeTag(event)
		if n < 0 {
			return nil, errNoEvent
		}
		event = event[n:]
		if number == 2 && kind == protowire.BytesType {
			value, n := protowire.ConsumeBytes(event)
			if n < 0 {
				return nil, errNoEvent
			}
			text, event = value, event[n:]
			continue
		}
		if n = protowire.ConsumeFieldValue(number, kind, event); n < 0 {
			return nil, errNoEvent
		}
		event = event[n:]
	}
	return text, nil
}

var errNoEvent = errors.New("its answer is no message of Dagster")
