package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"auto/runtime/api"
	"auto/runtime/dagster/pull"
	"auto/runtime/request"

	"github.com/google/go-cmp/cmp"
)

// TestPull: the sensor's call goes to the launcher, and its answer back.
func TestPull(t *testing.T) {
	const sensor = `"sensor":{"instance":"i","location":"core","repository":"r","name":"auto"}`
	var asked pull.Asked
	var fails error
	s := serve(t, func(o *api.Options) {
		o.Pull = func(_ context.Context, a pull.Asked) (pull.Offer, error) {
			asked = a
			return pull.Offer{Requests: []pull.Offered{{Request: request.Request{ID: "b", Selection: []string{"x"}}}}, Waiting: 2}, fails
		}
	})
	got := s.ask("POST", "/v1/pull", `{`+sensor+`,"done":["a"],"refused":[{"id":"c","reason":"No.","elsewhere":true}],"limit":5}`)
	if got.Code != 200 || !strings.HasPrefix(got.Body.String(), `{"requests":[{"id":"b",`) || !strings.Contains(got.Body.String(), `"waiting":2`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	want := pull.Asked{Sensor: pull.Sensor{Instance: "i", Location: "core", Repository: "r", Name: "auto"}, Done: []string{"a"}, Refused: []pull.Refused{{ID: "c", Reason: "No.", Elsewhere: true}}, Limit: 5}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	for body, message := range map[string]string{
		`{}`: "which sensor", `{` + sensor + `,"limit":-1}`: "limit", `{` + sensor + `,"refused":[{"id":"c"}]}`: "reason", `{` + sensor + `,"x":1}`: "unknown field", `[`: "not as asked",
		`{"sensor":{"instance":"i","location":"core","repository":"r"}}`: "which sensor",
	} {
		if got := s.ask("POST", "/v1/pull", body); got.Code != 400 || !strings.Contains(got.Body.String(), message) || !strings.Contains(got.Body.String(), "auto_sensor") {
			t.Errorf("%s: %d %s", body, got.Code, got.Body)
		}
	}
	fails = &pull.TakenError{By: asked.Sensor, Free: now.Add(time.Minute)}
	if got := s.ask("POST", "/v1/pull", `{`+sensor+`}`); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "core/r/auto pulls already") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	fails = errors.New("the store is full")
	if got := s.ask("POST", "/v1/pull", `{`+sensor+`}`); got.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// TestPullNot: where requests go another way, the sensor is told so.
func TestPullNot(t *testing.T) {
	if got := serve(t).ask("POST", "/v1/pull", `{}`); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "launcher: {type: pull}") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}
