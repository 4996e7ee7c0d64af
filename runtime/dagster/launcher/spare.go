package launcher

import (
	"errors"
	"slices"
	"strings"

	"auto/runtime/dagster/deployment"
	"auto/runtime/launch"
	"auto/runtime/request"
)

// amiss is a failure that one asset or check of a request is to blame for.
type amiss struct {
	*launch.Failure
	key string
}

func about(key string, f *launch.Failure) error { return &amiss{f, key} }

// Unwrap gives the failure.
func (a *amiss) Unwrap() error { return a.Failure }

// planMost gives the runs of what can be run, and why the rest is left out. A run of what
// conditions decided has assets of several policies, which have nothing to do with each other:
// one that Dagster does not run keeps back only what depends on it. A file's run is whole.
func (l *Launcher) planMost(d *deployment.Deployment, r *request.Request, left work) (parts []*part, out *launch.Failure, err error) {
	for {
		parts, err = l.planOf(d, r, left)
		a, ok := errors.AsType[*amiss](err)
		if !ok {
			return parts, out, err
		}
		if out = joined(out, a.Failure); r.Block != "" {
			return nil, nil, out
		}
		if left = left.without(behind(d, a.key, left)); left.none() {
			return nil, nil, out
		}
	}
}

// joined gives one failure of two. What passes comes first: what is refused stays so.
func joined(a, b *launch.Failure) *launch.Failure {
	switch {
	case a == nil || a.Kind == launch.Refused && b.Kind != launch.Refused:
		return b
	case b.Kind == launch.Refused && a.Kind != launch.Refused:
		return a
	}
	both := *a
	both.Reason += " " + b.Reason
	return &both
}

// behind gives what cannot be run without an asset: itself, what runs only together with it, what
// depends on it, and the checks of those; or a check alone.
func behind(d *deployment.Deployment, key string, of work) (out work) {
	if strings.Contains(key, ":") {
		return work{checks: []string{key}}
	}
	out.assets = []string{key}
	for i := 0; i < len(out.assets); i++ {
		for _, other := range of.assets {
			if !slices.Contains(out.assets, other) && needs(d.Assets[other], out.assets[i]) {
				out.assets = append(out.assets, other)
			}
		}
	}
	for _, check := range of.checks {
		if asset, _, _ := strings.Cut(check, ":"); slices.Contains(out.assets, asset) {
			out.checks = append(out.checks, check)
		}
	}
	return out
}

// needs reports whether an asset runs only together with another, or depends on it.
func needs(a *deployment.Asset, key string) bool {
	return a != nil && (slices.Contains(a.Set, key) || slices.ContainsFunc(a.Deps, func(d deployment.Dep) bool { return d.Key == key }))
}
