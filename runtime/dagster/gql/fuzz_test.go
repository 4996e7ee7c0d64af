package gql_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"auto/runtime/dagster/gql"

	"github.com/Khan/genqlient/graphql"
)

// FuzzAnswer: whatever answers, it is data or an error that says so in a line, and nothing
// that may have happened is told as if it had not.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{`{"data":{"version":"1"}}`, `{"data":null,"errors":[{"message":"a\r\nb"}]}`, `{"data":{"version":1}}`, `{"errors":[3]}`, `{"data`, "<html>", "", "[]", `{"data":{},"data":null}`} {
		for _, status := range []int{200, 302, 401, 429, 500} {
			f.Add(status, "7", body)
		}
	}
	c := client("https://dagster.example")
	f.Fuzz(func(t *testing.T, status int, retry, body string) {
		var got data
		err := c.Read(status, http.Header{"Retry-After": {retry}}, []byte(body), &graphql.Response{Data: &got})
		if err == nil {
			var answer struct{ Data *json.RawMessage }
			if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Data == nil {
				t.Errorf("%q is taken for an answer", body)
			}
			return
		}
		e, ok := errors.AsType[*gql.Error](err)
		if !ok || e.Status != status || e.Wait < 0 || e.Message == "" || strings.ContainsAny(e.Message, "\n\r") || !utf8.ValidString(e.Message) {
			t.Errorf("%#v", err)
		}
		if e.Kind == gql.Unsent && status != http.StatusTooManyRequests {
			t.Errorf("%q with %d is told as if nothing had happened", body, status)
		}
	})
}
