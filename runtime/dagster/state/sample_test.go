package state_test

import (
	"auto/vm/graph"

	"pgregory.net/rapid"
)

func partitions(t rapid.TB, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newGraph(t rapid.TB, assets ...graph.Asset) *graph.Graph {
	t.Helper()
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

// sample is the graph of examples/dagster.
func sample(t rapid.TB) *graph.Graph {
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01", End: "2026-12-31", Timezone: "Europe/Berlin"})
	hourly := partitions(t, graph.Spec{Type: graph.Hourly, Start: "2026-10-24-00:00", Timezone: "Europe/Berlin"})
	regions := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"eu", "us", "apac"}})
	countries := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"de", "fr", "us", "jp"}})
	customers := partitions(t, graph.Spec{Type: graph.Dynamic, Name: "customers"})
	multi := partitions(t, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": daily, "region": regions}})
	const core, mart = "core/__repository__", "mart/__repository__"
	return newGraph(t,
		graph.Asset{Key: "raw_events", Repository: core},
		graph.Asset{Key: "daily_orders", Repository: core, Partitions: daily, Deps: []graph.Dep{{Key: "raw_events"}}, Checks: []graph.Check{{Name: "orders_not_empty"}}},
		graph.Asset{Key: "hourly_clicks", Repository: core, Partitions: hourly},
		graph.Asset{Key: "daily_clicks", Repository: core, Partitions: daily, Deps: []graph.Dep{{Key: "daily_orders"}}},
		graph.Asset{Key: "region_sales", Repository: core, Partitions: regions},
		graph.Asset{Key: "country_sales", Repository: core, Partitions: countries},
		graph.Asset{Key: "customer_report", Repository: core, Partitions: customers},
		graph.Asset{Key: "region_day", Repository: core, Partitions: multi},
		graph.Asset{Key: "summary", Repository: core},
		graph.Asset{Key: "pair_left", Repository: core},
		graph.Asset{Key: "pair_right", Repository: core},
		graph.Asset{Key: "params_extract", Repository: core},
		graph.Asset{Key: "params_report", Repository: core},
		graph.Asset{Key: "mart_orders", Repository: mart, Partitions: daily, Deps: []graph.Dep{{Key: "daily_orders"}}},
		graph.Asset{Key: "mart/kpi", Repository: mart},
	)
}
