package launcher

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/runtime/dagster/deployment"
	"auto/runtime/launch"
	"auto/runtime/request"
)

// amiss is a failure that one asset of a request, or one check, is to blame for.
type amiss struct {
	*launch.Failure
	key   string
	check bool
}

// Unwrap gives the failure.
func (a *amiss) Unwrap() error { return a.Failure }

// plan is what of a request is run.
type plan struct {
	d    *deployment.Deployment
	left work
	// parts are the runs of what is left.
	parts []*part
	// passing and refused say why something is left out, and wait is how long the first waits.
	passing, refused []string
	wait             time.Duration
}

// planMost plans what can be run. A request that conditions decided has assets of several
// policies, which have nothing to do with each other: one that Dagster does not run keeps back
// only what depends on it. A file's run is whole.
func (l *Launcher) planMost(d *deployment.Deployment, r *request.Request, left work) (*plan, error) {
	p := &plan{d: d, left: left}
	if r.Block != "" {
		var err error
		p.parts, err = l.planOf(d, r, left)
		return p, err
	}
	return l.less(p, r, (&planner{Deployment: d, Request: r}).amiss(left)...)
}

// amiss gives all that is amiss with assets and checks by themselves.
func (p *planner) amiss(left work) (all []*amiss) {
	add := func(err error) {
		if a, ok := errors.AsType[*amiss](err); ok {
			all = append(all, a)
		}
	}
	for _, key := range left.assets {
		add(p.fitAsset(key))
	}
	for _, key := range left.checks {
		add(p.fitCheck(key))
	}
	return all
}

// less plans again without what is amiss, and what depends on it.
func (l *Launcher) less(p *plan, r *request.Request, wrong ...*amiss) (*plan, error) {
	for {
		for _, a := range wrong {
			p.add(a.Failure)
		}
		before := p.left
		if p.left = before.without(behind(p.d, wrong, before)); p.left.none() {
			return p, p.out()
		}
		parts, err := l.planOf(p.d, r, p.left)
		a, ok := errors.AsType[*amiss](err)
		if ok && !behind(p.d, []*amiss{a}, p.left).shared(p.left).none() {
			wrong = []*amiss{a}
			continue
		}
		p.parts = parts
		return p, p.with(err)
	}
}

func (p *plan) add(f *launch.Failure) {
	if f.Kind == launch.Refused {
		p.refused = append(p.refused, f.Reason)
		return
	}
	if len(p.passing) == 0 {
		p.wait = f.Wait
	}
	p.passing = append(p.passing, f.Reason)
}

// out gives why something is left out, nil where nothing is. It passes where something of it
// does: what is refused stays so.
func (p *plan) out() *launch.Failure {
	reasons := slices.Concat(p.passing, p.refused)
	if len(reasons) == 0 {
		return nil
	}
	if len(p.passing) > 0 {
		return passing(p.wait, "%s", some(reasons))
	}
	return refused("%s", some(reasons))
}

// with gives an error about what is run, with what is left out where that may pass: it is tried
// again then.
func (p *plan) with(err error) error {
	f, ok := errors.AsType[*launch.Failure](err)
	if ok && f.Kind == launch.Refused && len(p.passing)+len(p.refused) > 0 {
		p.add(f)
		return p.out()
	}
	return err
}

// some gives the first of several sentences.
func some(sentences []string) string {
	const most = 5
	text := strings.Join(sentences[:min(len(sentences), most)], " ")
	if more := len(sentences) - most; more > 0 {
		text += fmt.Sprintf(" So it is with %d more of the request.", more)
	}
	return text
}

// doubtful gives the assets of which Dagster has to be asked whether they have the partitions.
func (p *plan) doubtful() (assets []string) {
	for _, at := range p.parts {
		assets = append(assets, at.doubtful...)
	}
	return assets
}

// behind gives what cannot be run without what is amiss: itself, what runs only together with it,
// what depends on it, and the checks of those.
func behind(d *deployment.Deployment, wrong []*amiss, of work) (out work) {
	needing := map[string][]string{}
	for _, key := range of.assets {
		if a := d.Assets[key]; a != nil {
			for _, other := range a.Set {
				needing[other] = append(needing[other], key)
			}
			for _, dep := range a.Deps {
				needing[dep.Key] = append(needing[dep.Key], key)
			}
		}
	}
	found := map[string]bool{}
	for _, a := range wrong {
		if a.check {
			out.checks = append(out.checks, a.key)
		} else if !found[a.key] {
			found[a.key] = true
			out.assets = append(out.assets, a.key)
		}
	}
	for i := 0; i < len(out.assets); i++ {
		for _, key := range needing[out.assets[i]] {
			if !found[key] {
				found[key] = true
				out.assets = append(out.assets, key)
			}
		}
	}
	for _, check := range of.checks {
		if asset, _, _ := strings.Cut(check, ":"); found[asset] {
			out.checks = append(out.checks, check)
		}
	}
	return out
}
