package events_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"auto/runtime/events"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func yes() *bool { v := true; return &v }

func TestRead(t *testing.T) {
	day := now.Add(-time.Hour)
	for _, test := range []struct {
		name, body string
		want       []events.Event
	}{
		{"envelope", `{"events":[{"type":"wipe","asset":"a"}]}`, []events.Event{{Type: events.Wipe, Asset: "a", At: now}}},
		{"list", `[{"type":"wipe","asset":"a"},{"type":"wipe","asset":"b"}]`, []events.Event{{Type: events.Wipe, Asset: "a", At: now}, {Type: events.Wipe, Asset: "b", At: now}}},
		{"one", `{"type":"wipe","asset":"a"}`, []events.Event{{Type: events.Wipe, Asset: "a", At: now}}},
		{"none", `{"events":[]}`, nil},
		{"null is not given", `{"type":"wipe","asset":"a","id":null,"at":null}`, []events.Event{{Type: events.Wipe, Asset: "a", At: now}}},
		{"at is in UTC, to the microsecond", `{"type":"wipe","asset":"a","at":"2026-01-02T13:00:00.1234567+02:00"}`,
			[]events.Event{{Type: events.Wipe, Asset: "a", At: day.Add(123456 * time.Microsecond)}}},
		{"what is dated ahead happens now", `{"type":"wipe","asset":"a","at":"2026-01-03T11:00:00Z"}`, []events.Event{{Type: events.Wipe, Asset: "a", At: now}}},
		{"partitions", `{"type":"materialization","id":"x","asset":"a","partitions":["p","q"],"run_id":"r"}`, []events.Event{
			{Type: events.Materialization, ID: "x[p]", Asset: "a", Partition: "p", RunID: "r", At: now},
			{Type: events.Materialization, ID: "x[q]", Asset: "a", Partition: "q", RunID: "r", At: now},
		}},
		{"check", `{"type":"check","check":"a/b:c","passed":true,"severity":"warn"}`,
			[]events.Event{{Type: events.Check, Check: "a/b:c", Passed: yes(), Severity: "warn", At: now}}},
		{"backfill", `{"type":"backfill","backfill_id":"b","status":"started","targets":{"a":["p"],"c":[],"d":null}}`,
			[]events.Event{{Type: events.Backfill, BackfillID: "b", Status: "started", Targets: map[string][]string{"a": {"p"}, "c": nil, "d": nil}, At: now}}},
		{"run", `{"type":"run","run_id":"r","status":"queued","assets":["a"],"checks":["a:c"],"tags":{"auto/request":"q","e":""}}`,
			[]events.Event{{Type: events.Run, RunID: "r", Status: "queued", Assets: []string{"a"}, Checks: []string{"a:c"}, Tags: map[string]string{"auto/request": "q", "e": ""}, At: now}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, problems := events.Read([]byte(test.body), now)
			if problems != nil {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExamples(t *testing.T) {
	for _, form := range events.Forms {
		list, problems := events.Read([]byte(form.Example), now)
		if problems != nil || len(list) != 1 || list[0].Type != form.Type {
			t.Errorf("%s: %v %v", form.Type, list, problems)
		}
	}
}

// TestProblems has one mistake after another; what is wanted is event, field, and parts of
// the sentences.
func TestProblems(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{``, "-1||ends too early|"},
		{`{`, "-1||ends too early|"},
		{"{\n \"type\": wipe}", "-1||(line 2, column|"},
		{"{\"type\": \"\xff\"}", "-1||not UTF-8|"},
		{`{} {}`, "-1||follows the value|"},
		{`"a"`, `-1||this is the text "a"|{"events":[…]}`},
		{`{"events":{}}`, "-1|events|this is an object|"},
		{`{"events":[],"more":1}`, "-1|events|beside `events`|"},
		{`[[[[[[[[[[[[1]]]]]]]]]]]]`, "-1||nested too deep|"},
		{`[1]`, "0||this is the number `1`|"},
		{`[{"type":"wipe","asset":"a"},{}]`, "1|type|does not say its `type`|"},
		{`{"type":"materialisation"}`, "0|type|cannot be|Did you mean `materialization`?"},
		{`{"type":7}`, "0|type|the number `7`|Write one of"},
		{`{"type":"wipe"}`, "0|asset|needs `asset`|\"type\":\"wipe\""},
		{`{"type":"wipe","asset":null}`, "0|asset|needs `asset`|"},
		{`{"type":"wipe","asset":"a","asset":"b"}`, "0|asset|given twice|"},
		{`{"type":"wipe","asset":"a","partition":"p"}`, "0|partition|has no field `partition`|Remove it"},
		{`{"type":"wipe","aset":"a","asset":"a"}`, "0|aset|has no field|Did you mean `asset`?"},
		{`{"type":"wipe","asset":1}`, "0|asset|is a text, and this is the number `1`|in quotes"},
		{`{"type":"wipe","asset":""}`, "0|asset|is empty|"},
		{`{"type":"wipe","asset":"a\nb"}`, "0|asset|control characters|"},
		{`{"type":"wipe","asset":"/a"}`, "0|asset|a component is empty|"},
		{`{"type":"wipe","asset":"` + strings.Repeat("a", 5000) + `"}`, "0|asset|longer than 4096|"},
		{`{"type":"wipe","asset":"a","id":"` + strings.Repeat("a", 600) + `"}`, "0|id|longer than 512|"},
		{`{"type":"wipe","asset":"a","at":"yesterday"}`, "0|at|RFC 3339|"},
		{`{"type":"wipe","asset":"a","at":1767225600}`, "0|at|the number|"},
		{`{"type":"wipe","asset":"a","at":"2026-01-03T12:00:01Z"}`, "0|at|more than a day ahead|"},
		{`{"type":"wipe","asset":"a","at":"0001-01-01T00:00:00Z"}`, "0|at|before 1970|"},
		{`{"type":"run","run_id":"r","status":"SUCCES"}`, "0|status|cannot be|Did you mean `success`?"},
		{`{"type":"run","run_id":"r","status":"completed"}`, "0|status|cannot be|Write one of `queued`"},
		{`{"type":"backfill","backfill_id":"r","status":"success"}`, "0|status|cannot be|`completed`"},
		{`{"type":"run","run_id":"r","status":"started","assets":"a"}`, "0|assets|a list of texts|"},
		{`{"type":"run","run_id":"r","status":"started","assets":["a","a"]}`, "0|assets|has `a` twice|"},
		{`{"type":"run","run_id":"r","status":"started","assets":[1]}`, "0|assets|Each item|"},
		{`{"type":"run","run_id":"r","status":"started","checks":["a"]}`, "0|checks|`a` is no check|"},
		{`{"type":"run","run_id":"r","status":"started","tags":{"a":1}}`, "0|tags|that of `a` is the number|"},
		{`{"type":"run","run_id":"r","status":"started","tags":{"a":"1","a":"2"}}`, "0|tags|has `a` twice|"},
		{`{"type":"run","run_id":"r","status":"started","tags":{` + manyTags(40) + `"t7":"again"}}`, "0|tags|has `t7` twice|"},
		{`{"type":"check","check":"a:b","passed":"yes"}`, "0|passed|true or false|"},
		{`{"type":"check","check":"a/:b","passed":true}`, "0|check|component is empty|a colon"},
		{`{"type":"check","check":"a:b","passed":true,"severity":"ERROR"}`, "0|severity|cannot be|Did you mean `error`?"},
		{`{"type":"partitions","name":"n"}`, "0||needs `add` or `delete`|"},
		{`{"type":"partitions","name":"n","add":[]}`, "0||needs `add` or `delete`|"},
		{`{"type":"backfill","backfill_id":"b","status":"started","targets":["a"]}`, "0|targets|an object of lists|"},
		{`{"type":"backfill","backfill_id":"b","status":"started","targets":{"a":"p"}}`, "0|targets|that of `a` is the text|"},
		{`{"type":"materialization","asset":"a","partition":"p","partitions":["q"]}`, "0|partitions|both|"},
		{`{"type":"materialization","asset":"a","partitions":[]}`, "0|partitions|is empty|"},
		{`{"type":"freshness","asset":"a","state":"passed"}`, "0|state|cannot be|Did you mean `pass`?"},
	} {
		list, problems := events.Read([]byte(test.body), now)
		if list != nil || len(problems) != 1 {
			t.Errorf("%.80s\n%d problems: %v", test.body, len(problems), problems)
			continue
		}
		want := strings.SplitN(test.want, "|", 4)
		p := problems[0]
		if fmt.Sprint(p.Event) != want[0] || p.Field != want[1] || !strings.Contains(p.Message, want[2]) || !strings.Contains(p.Help, want[3]) {
			t.Errorf("%.80s\n%+v\nwanted %s", test.body, p, test.want)
		}
	}
}

// manyTags writes fields of an object, each followed by a comma.
func manyTags(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `"t%d":"",`, i)
	}
	return out.String()
}

func TestAllProblemsAtOnce(t *testing.T) {
	body := `[{"type":"wipe","asset":"a"},{"type":"wipe","asset":"","more":1},{"type":"nothing"},{"type":"run"}]`
	list, problems := events.Read([]byte(body), now)
	if list != nil || len(problems) != 5 {
		t.Error(problems)
	}
	if lines := strings.Split(problems.Error(), "\n"); len(lines) != 5 || !strings.HasPrefix(lines[0], "event 1: ") {
		t.Error(lines)
	}
}

func TestBounds(t *testing.T) {
	keys := make([]string, events.MaxEvents+1)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	text, _ := json.Marshal(keys)
	many := `{"type":"materialization","asset":"a","partitions":` + string(text) + `}`
	if _, problems := events.Read([]byte(many), now); len(problems) != 1 || problems[0].Event != -1 || !strings.Contains(problems[0].Message, "50000 events") {
		t.Error(problems)
	}
	if _, problems := events.Read([]byte(`[`+strings.Repeat(`1,`, 500)+`1]`), now); len(problems) != 100 {
		t.Error(len(problems))
	}
	if _, problems := events.Read([]byte(`[`+strings.Repeat(`1,`, 1<<20)+`1]`), now); len(problems) != 1 {
		t.Error(len(problems))
	}
}

// FuzzRead: what is read is read again from its own JSON, as the journal and the control
// socket do.
func FuzzRead(f *testing.F) {
	for _, form := range events.Forms {
		f.Add([]byte(form.Example))
	}
	f.Add([]byte(`{"events":[{"type":"materialization","asset":"a","partitions":["p","q"],"id":"x"}]}`))
	f.Add([]byte(`[{"type":"run","run_id":"r","status":"success","at":"2026-01-01T00:00:00+01:00"}]`))
	f.Add([]byte(`{"type":"wipe","asset":"a","at":"2030-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, problems := events.Read(body, now)
		if (list == nil) == (problems == nil) && len(list) > 0 {
			t.Fatal("events and problems")
		}
		if len(list) == 0 {
			return
		}
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		again, problems := events.Read(text, now)
		if problems != nil {
			t.Fatalf("%s\n%v", text, problems)
		}
		if diff := cmp.Diff(list, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	list := make([]string, 1000)
	for i := range list {
		list[i] = fmt.Sprintf(`{"id":"load-%d","type":"materialization","asset":"sales/orders","partition":"2026-01-%02d","run_id":"run-%d","data_version":"v%d","at":"2026-01-02T10:00:00Z"}`, i, i%28+1, i, i)
	}
	body := []byte(`{"events":[` + strings.Join(list, ",") + `]}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if got, problems := events.Read(body, now); len(got) != len(list) {
			b.Fatal(problems)
		}
	}
}
