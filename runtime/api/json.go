package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"auto/runtime/params"
)

// strict reads one JSON object with known fields only, and keeps all digits of numbers that
// may be of any kind. The error is a sentence.
func strict(body []byte, into any) error {
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	in.UseNumber()
	err := in.Decode(into)
	if err == nil && !errors.Is(in.Decode(new(json.RawMessage)), io.EOF) {
		err = errors.New("something follows the object")
	}
	if key, twice := params.Repeated(body); err == nil && twice {
		err = errors.New("`" + key + "` is given twice")
	}
	if err == nil {
		return nil
	}
	return errors.New("The body is not as asked: " + wrong(err) + ".")
}

// wrong says why a body could not be read, in words of JSON.
func wrong(err error) string {
	kind, isKind := errors.AsType[*json.UnmarshalTypeError](err)
	at, isTime := errors.AsType[*time.ParseError](err)
	switch {
	case isTime:
		return strings.Trim(at.Value, `"`) + " is no instant of RFC 3339"
	case errors.Is(err, io.EOF):
		return "it is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "its JSON has no end"
	case isKind && kind.Field == "":
		return "it is no object, but: " + kind.Value
	case isKind:
		return "`" + kind.Field + "` is of the kind " + kind.Value
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
