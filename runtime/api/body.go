package api

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// read reads the body of a call. The caller calls release when it is done with it.
func (a *API) read(c *call, w http.ResponseWriter) (release func(), err error) {
	if err := isJSON(c.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	select {
	case a.bodies <- struct{}{}:
		release = func() { <-a.bodies }
	case <-c.Context().Done():
		return nil, c.Context().Err()
	}
	if c.body, err = a.inflate(c, w); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// isJSON refuses every type of content but JSON in UTF-8.
func isJSON(content string) error {
	kind, parameters, err := mime.ParseMediaType(content)
	charset, given := parameters["charset"]
	if err != nil || kind != "application/json" || given && !strings.EqualFold(charset, "utf-8") {
		return &failure{code: http.StatusUnsupportedMediaType, message: fmt.Sprintf("The body's Content-Type is %q.", content), help: "Send JSON, with `Content-Type: application/json`."}
	}
	return nil
}

// inflate gives the body as it was before gzip. The limit holds for both forms.
func (a *API) inflate(c *call, w http.ResponseWriter) ([]byte, error) {
	var body io.Reader = http.MaxBytesReader(w, c.Body, a.BodyLimit)
	switch encoding := c.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
	case "gzip":
		inflated, err := gzip.NewReader(body)
		if err != nil {
			return nil, a.broken(err)
		}
		body = inflated
	default:
		return nil, &failure{code: http.StatusUnsupportedMediaType, message: fmt.Sprintf("The body's Content-Encoding is %q.", encoding), help: "Send it as it is, or with gzip."}
	}
	all, err := io.ReadAll(io.LimitReader(body, a.BodyLimit+1))
	if err != nil {
		return nil, a.broken(err)
	}
	if int64(len(all)) > a.BodyLimit {
		return nil, a.tooLarge()
	}
	return all, nil
}

func (a *API) tooLarge() error {
	return &failure{code: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("The body has more than %d bytes.", a.BodyLimit), help: "Send it in several parts, or write a greater `http: {body_limit: …}` in the project file."}
}

// broken says why a body could not be read to its end.
func (a *API) broken(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return a.tooLarge()
	}
	return &failure{code: http.StatusBadRequest, message: "The body cannot be read: " + err.Error() + ".", help: "Send it again, whole; with `Content-Encoding: gzip` it is gzip."}
}
