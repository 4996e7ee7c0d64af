package assets

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/runtime/dagster/deployment"
	"auto/vm/graph"

	"github.com/Khan/genqlient/graphql"
)

// recorded answers from what a real Dagster answered.
type recorded struct{}

func (recorded) MakeRequest(_ context.Context, ask *graphql.Request, answer *graphql.Response) error {
	text, err := os.ReadFile(filepath.Join("..", "deployment", "testdata", "kinds", ask.OpName+".json"))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

// TestContradictionOfTold: of two locations that define the same, one by texts alone, what
// the texts tell contradicts no exact definition, so an override may always say that.
func TestContradictionOfTold(t *testing.T) {
	d, err := deployment.Read(t.Context(), recorded{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	checked := func(spec *graph.Spec) *graph.Partitions {
		if spec == nil {
			return nil
		}
		p, _ := graph.NewPartitions(*spec)
		return p
	}
	compared := 0
	for key, plain := range d.Assets {
		name, ok := strings.CutPrefix(key, "plain/")
		if !ok || plain.PartitionsDoubt == "" {
			continue
		}
		told, exact := checked(plain.Partitions), checked(d.Assets["exact/"+name].Partitions)
		if told == nil || exact == nil {
			continue
		}
		compared++
		if wrong := contradiction(told, exact, plain.PartitionsDoubt); wrong != "" {
			t.Errorf("%s: %s, and in doubt is: %s", name, wrong, plain.PartitionsDoubt)
		}
	}
	if compared < 10 {
		t.Errorf("%d compared", compared)
	}
}

// TestContradictionOfWindows: only what the doubt names may differ, and what says the same
// in other words is the same.
func TestContradictionOfWindows(t *testing.T) {
	for _, test := range []struct {
		told, by     graph.Spec
		doubt, field string
	}{
		{graph.Spec{Type: graph.Daily, Start: "2026-01-01"}, graph.Spec{Type: graph.Cron, Cron: "0 6 * * *", Start: "2026-01-01", Format: "%Y-%m-%d"}, "`hour_offset`", ""},
		{graph.Spec{Type: graph.Daily, Start: "2026-01-01"}, graph.Spec{Type: graph.Cron, Cron: "0 6 * * 1-5", Start: "2026-01-01", Format: "%Y-%m-%d"}, "`hour_offset`", "type"},
		{graph.Spec{Type: graph.Daily, Start: "2026-01-01"}, graph.Spec{Type: graph.Daily, Hour: 6, Start: "2026-01-01 06:00"}, "`hour_offset`", ""},
		{graph.Spec{Type: graph.Daily, Start: "2026-01-01"}, graph.Spec{Type: graph.Daily, Start: "2026-01-01 06:00"}, "`hour_offset`", "start"},
		{graph.Spec{Type: graph.Monthly, Start: "2026-01-15"}, graph.Spec{Type: graph.Monthly, Start: "2026-01-20", Day: 1}, "`end`", ""},
		{graph.Spec{Type: graph.Cron, Cron: "0 */6 * * *", Start: "2026-01-01"}, graph.Spec{Type: graph.Cron, Cron: "0 */8 * * *", Start: "2026-01-01"}, "`end`", "cron"},
		{graph.Spec{Type: graph.Daily, Start: "2026-01-01", End: "2026-02-01"}, graph.Spec{Type: graph.Daily, Start: "2026-01-01 00:00", End: "2026-02-01 00:00"}, "`exclusions`", ""},
		{graph.Spec{Type: graph.Daily, Start: "2026-01-01", End: "2026-02-01"}, graph.Spec{Type: graph.Daily, Start: "2026-01-01"}, "`exclusions`", "end"},
		{graph.Spec{Type: graph.Daily, Start: "2026-01-01"}, graph.Spec{Type: graph.Daily, Start: "2026-01-01", Format: "%d.%m.%Y"}, "`format`", ""},
	} {
		told, err := graph.NewPartitions(test.told)
		if err != nil {
			t.Fatal(err)
		}
		by, err := graph.NewPartitions(test.by)
		if err != nil {
			t.Fatal(err)
		}
		if got := contradiction(told, by, test.doubt); test.field == "" && got != "" || !strings.HasPrefix(got, quoteField(test.field)) {
			t.Errorf("%+v: %q, want %q", test.by, got, test.field)
		}
	}
}

func quoteField(field string) string {
	if field == "" {
		return ""
	}
	return "`" + field + "` "
}
