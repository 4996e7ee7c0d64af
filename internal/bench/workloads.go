package bench

import (
	"fmt"
	"time"

	"auto/vm/graph"
)

// Everywhere is a condition over all partitions and not only the latest: a partition that
// went missing or whose dependency is new is requested when nothing it needs is missing.
const Everywhere = "(missing().newly_true() | any_deps_match(newly_updated() | will_be_requested())).since_last_handled()" +
	" & ~any_deps_match(missing() & ~will_be_requested()) & ~in_progress()"

// All gives the workloads at the sizes that are reported.
func All() []*Workload {
	return []*Workload{
		Layers("eager-1000", 1_000, "eager()"), Layers("eager-10000", 10_000, "eager()"),
		Daily(100, 3), Hourly(5, 10, 5), Static(20, 100_000), FanIn(1_000),
		Layers("on-cron-1000", 1_000, `on_cron("0 * * * *")`),
	}
}

// layerDeps is the number of dependencies of an asset on the layer above.
const layerDeps = 3

// Layers has n assets without partitions: ten layers of equal size, the last one with what
// is left over, each asset with three dependencies drawn from the layer above.
func Layers(name string, n int, condition string) *Workload {
	w := &Workload{Name: name, About: fmt.Sprintf("%d assets without partitions in 10 layers, %s", n, condition)}
	draws, width := draws(7), n/10
	for layer := range 10 {
		size := width
		if layer == 9 {
			size += n % 10
		}
		for i := range size {
			a := graph.Asset{Key: fmt.Sprintf("a%d_%d", layer, i), Condition: condition}
			if layer > 0 {
				for _, up := range draws.some(width, layerDeps) {
					a.Deps = append(a.Deps, graph.Dep{Key: fmt.Sprintf("a%d_%d", layer-1, up)})
				}
			}
			w.Assets = append(w.Assets, a)
		}
	}
	return w.finish(len(w.Assets))
}

// Daily is a chain of n assets with daily partitions of some years, eager().
func Daily(n, years int) *Workload {
	w := &Workload{Name: fmt.Sprintf("daily-%dx%dy", n, years), About: fmt.Sprintf("a chain of %d assets, daily partitions of %d years, eager()", n, years)}
	w.chain("a", n, w.window(graph.Daily, years), "eager()")
	return w.finish(len(w.Assets))
}

// Hourly has chains of assets with hourly partitions of some years and a condition over
// all of them.
func Hourly(chains, length, years int) *Workload {
	n := chains * length
	w := &Workload{Name: fmt.Sprintf("hourly-%dx%dy", n, years), About: fmt.Sprintf("%d chains of %d assets, hourly partitions of %d years, all considered", chains, length, years)}
	p := w.window(graph.Hourly, years)
	for k := range chains {
		w.chain(fmt.Sprintf("a%d_", k), length, p, Everywhere)
	}
	return w.finish(len(w.Assets))
}

// Growing is as Hourly, and goes on: a window comes with each hour.
func Growing(chains, length, years int) *Workload {
	w := Hourly(chains, length, years)
	w.Name = "growing-" + w.Name
	p := must(graph.Spec{Type: graph.Hourly, Start: w.Assets[0].Partitions.Start})
	for i := range w.Assets {
		w.Assets[i].Partitions = p
	}
	return w
}

// Static is a chain of n assets with static partitions and a condition over all of them.
func Static(n, partitions int) *Workload {
	w := &Workload{Name: fmt.Sprintf("static-%dx%d", n, partitions), About: fmt.Sprintf("a chain of %d assets, %d static partitions, all considered", n, partitions)}
	for i := range partitions {
		w.Keys = append(w.Keys, fmt.Sprintf("p%06d", i))
	}
	w.chain("a", n, must(graph.Spec{Type: graph.Static, Keys: w.Keys}), Everywhere)
	return w.finish(len(w.Assets))
}

// Wide has n assets with static partitions, n a multiple of 10, in ten layers with three
// dependencies each as in Layers, eager().
func Wide(n, partitions int) *Workload {
	w := Layers(fmt.Sprintf("wide-%dx%d", n, partitions), n, "eager()")
	w.About = fmt.Sprintf("%d assets in 10 layers, %d static partitions, eager()", n, partitions)
	for i := range partitions {
		w.Keys = append(w.Keys, fmt.Sprintf("p%06d", i))
	}
	p := must(graph.Spec{Type: graph.Static, Keys: w.Keys})
	for i := range w.Assets {
		w.Assets[i].Partitions = p
	}
	return w.finish(n)
}

// Chains has assets without partitions in chains of some length, each but the first of a
// chain with eager().
func Chains(chains, length int) *Workload {
	w := &Workload{Name: fmt.Sprintf("chains-%dx%d", chains, length), About: fmt.Sprintf("%d chains of %d assets, eager() on all but the first", chains, length)}
	for k := range chains {
		w.chain(fmt.Sprintf("a%d_", k), length, nil, "eager()")
		w.Assets[k*length].Condition = ""
	}
	return w.finish(len(w.Assets))
}

// FanIn is one asset with eager() that depends on n others, which have no condition and
// are the ones that are updated.
func FanIn(n int) *Workload {
	w := &Workload{Name: fmt.Sprintf("fan-in-%d", n), About: fmt.Sprintf("one asset with %d dependencies, eager()", n)}
	sink := graph.Asset{Key: "sink", Condition: "eager()"}
	for i := range n {
		key := fmt.Sprintf("u%d", i)
		w.Assets = append(w.Assets, graph.Asset{Key: key})
		sink.Deps = append(sink.Deps, graph.Dep{Key: key})
	}
	w.Assets = append(w.Assets, sink)
	return w.finish(n)
}

// chain adds assets each of which depends on the one before.
func (w *Workload) chain(name string, n int, p *graph.Partitions, condition string) {
	for i := range n {
		a := graph.Asset{Key: fmt.Sprintf("%s%d", name, i), Partitions: p, Condition: condition}
		if i > 0 {
			a.Deps = []graph.Dep{{Key: fmt.Sprintf("%s%d", name, i-1)}}
		}
		w.Assets = append(w.Assets, a)
	}
}

// window gives the hours or days of some years up to the end of 2025, and sets the keys.
func (w *Workload) window(kind graph.Type, years int) *graph.Partitions {
	start, end := time.Date(2026-years, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	layout, step := "2006-01-02", 24*time.Hour
	if kind == graph.Hourly {
		layout, step = "2006-01-02-15:04", time.Hour
	}
	for at := start; at.Before(end); at = at.Add(step) {
		w.Keys = append(w.Keys, at.Format(layout))
	}
	return must(graph.Spec{Type: kind, Start: start.Format(time.DateOnly), End: end.Format(time.DateOnly)})
}

// must builds a definition that is written in this package.
func must(spec graph.Spec) *graph.Partitions {
	p, err := graph.NewPartitions(spec)
	if err != nil {
		panic(err)
	}
	return p
}
