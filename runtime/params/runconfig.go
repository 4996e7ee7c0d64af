package params

import (
	"fmt"
	"maps"
	"slices"

	"auto/runtime/values"
	"auto/vm/graph"
)

// KeyPrefix begins the keys in run config that have values of one asset.
const KeyPrefix = "__nexus_ops__"

// Key gives the key of a name in run config: the parameter of a shared one, and
// `__nexus_ops__{asset}__{param}` of an asset's.
func Key(n Name) string {
	if n.Shared() {
		return n.Param
	}
	return KeyPrefix + n.Asset + "__" + n.Param
}

// RunConfig gives values as `resources.params.config` of a run. The error is [Problems]:
// two names have one key.
func RunConfig(v Values) (map[string]any, error) {
	if err := Collisions(v.Names()); err != nil {
		return nil, err
	}
	config := map[string]any{}
	for _, n := range v.Names() {
		config[Key(n)], _ = v.Get(n)
	}
	return map[string]any{"resources": map[string]any{"params": map[string]any{"config": config}}}, nil
}

// Lookup gives what an asset sees in `resources.params.config`: its own value, or else the
// shared one; and false where there is neither.
func Lookup(config map[string]any, asset, param string) (any, bool) {
	if value, ok := config[Key(Name{asset, param})]; ok {
		return value, true
	}
	value, ok := config[param]
	return value, ok
}

// Collisions finds names that have one key in run config. The error is [Problems].
func Collisions(names []Name) error {
	var problems Problems
	first := map[string]Name{}
	for _, n := range names {
		other, taken := first[Key(n)]
		if !taken {
			first[Key(n)] = n
		} else if other != n {
			problems = append(problems, Problem{Kind: Collision, Subject: Key(n), Name: n,
				Message: fmt.Sprintf("`%s` and `%s` have the same key in run config, `%s`.", other, n, Key(n)), Help: "Rename one of the parameters."})
		}
	}
	return problems.err()
}

// Run is a run to launch.
type Run struct {
	// Selection are the keys of its assets, nil for all of the job.
	Selection []string
	// Asset gives an asset by its key, for its op and config, and false for an unknown one.
	Asset func(key string) (*graph.Asset, bool)
	// Config is config of assets that the launch gives, by asset and field, over their own.
	Config map[string]map[string]any
}

// Launch gives the run config of a run: shared values and those of each asset below
// `resources.params.config`; below `ops.{op}.config` the config of each asset with its
// templates filled in, over that the values of the layer Trigger, and over that what the
// launch gives. Config that the launch gives for a parameter is its value, of the layer
// Trigger. The error is [Problems]: all for which the launch is refused.
func (j *Job) Launch(l Layers, run Run) (map[string]any, error) {
	if run.Selection == nil {
		run.Selection = j.Assets
	}
	l.Trigger = j.triggers(l, run)
	r, _ := j.Resolve(l, run.Selection) // Ready has its problems
	var problems Problems
	ops, told := r.ops(run, &problems), r.told()
	problems.add(r.Ready())
	problems.add(Collisions(told.Names()))
	if err := problems.err(); err != nil {
		return nil, err
	}
	if !told.Empty() {
		params, err := RunConfig(told)
		if err != nil {
			return nil, err
		}
		maps.Copy(ops, params)
	}
	return ops, nil
}

// triggers gives the values of the layer Trigger with those that config gives.
func (j *Job) triggers(l Layers, run Run) Values {
	if len(run.Config) == 0 {
		return l.Trigger
	}
	known := map[Name]bool{}
	for _, n := range slices.Concat(j.names(l, run.Selection), j.Fillable) {
		known[n] = true
	}
	trigger := l.Trigger.Clone()
	for _, asset := range run.Selection {
		for param, value := range run.Config[asset] {
			if n := (Name{asset, param}); known[n] || known[Name{Param: param}] {
				trigger.Set(n, value)
			}
		}
	}
	return trigger
}

// told gives the values that the run is told as parameters.
func (r *Resolution) told() Values {
	var told Values
	for param, v := range r.Shared {
		if v.Set() {
			told.Set(v.Name, r.Shared[param].Value)
		}
	}
	for _, of := range r.Assets {
		for _, v := range of {
			if v.Set() && (!v.From.Name.Shared() || v.differs(r.Shared[v.Name.Param])) {
				told.Set(v.Name, v.Value)
			}
		}
	}
	return told
}

// differs reports whether an asset sees another value than the shared one, as where its own
// declaration has another type.
func (v Value) differs(shared Value) bool { return !shared.Set() || !Same(v.Value, shared.Value) }

// ops gives the config of the ops.
func (r *Resolution) ops(run Run, problems *Problems) map[string]any {
	filled := map[string]*graph.Asset{}
	config := map[string]map[string]any{}
	for _, key := range run.Selection {
		if asset, ok := run.lookup(key); ok {
			with := *asset
			with.Config = r.config(key, asset.Config, problems)
			filled[key] = &with
		}
		if of := r.triggered(key); len(of) > 0 {
			config[key] = of
			maps.Copy(config[key], run.Config[key])
		} else {
			config[key] = run.Config[key]
		}
	}
	return values.RunConfig(run.Selection, func(key string) (*graph.Asset, bool) { a, ok := filled[key]; return a, ok }, config)
}

func (run Run) lookup(key string) (*graph.Asset, bool) {
	if run.Asset == nil {
		return nil, false
	}
	return run.Asset(key)
}

// triggered gives the values of an asset that the file that arrived gave.
func (r *Resolution) triggered(asset string) map[string]any {
	of := map[string]any{}
	for param, v := range r.Assets[asset] {
		if v.From.Layer == Trigger && !v.From.Name.Shared() {
			of[param] = v.Value
		}
	}
	return of
}

// Config fills the templates of an asset's config in. `params.x` is what the asset sees. A
// field that is one reference alone to an optional parameter without a value is left out.
// The error is [Problems]: what is used has no value.
func (r *Resolution) Config(asset string, config map[string]any) (map[string]any, error) {
	var problems Problems
	filled := r.config(asset, config, &problems)
	return filled, problems.err()
}

func (r *Resolution) config(asset string, config map[string]any, problems *Problems) map[string]any {
	if config == nil {
		return nil
	}
	x := expander{
		lookup: func(ref ref) (any, bool) {
			n := ref.seenBy(asset)
			v := r.resolver.resolve(n)
			if !v.Set() && !v.Declared && !ref.hasElse {
				*problems = append(*problems, missingProblem(n))
			}
			return v.Value, v.Set()
		},
		missing: func(ref ref) { *problems = append(*problems, r.configLacks(asset, ref)...) },
		secret: func(ref ref) {
			*problems = append(*problems, secretInText(Name{Asset: asset, Param: ref.name.Param}, ref))
		},
		large: func(ref ref) { *problems = append(*problems, configTooLarge(asset, ref)) },
		room:  newRoom(),
	}
	filled, _ := x.value(config)
	return filled.(map[string]any)
}

func configTooLarge(asset string, r ref) Problem {
	n := Name{Asset: asset, Param: r.name.Param}
	return Problem{Kind: TooLarge, Subject: n.String(), Name: n, Message: fmt.Sprintf("The config of `%s` comes to more than 1 MiB with `%s` filled in.", asset, r.name), Help: "Put less into its templates."}
}

// configLacks is the problem of a text in config without the value of a reference; one that
// is required is named as such.
func (r *Resolution) configLacks(asset string, ref ref) Problems {
	n := ref.seenBy(asset)
	if v := r.resolver.resolve(n); v.Declared && !v.Decl.Required {
		return Problems{{Kind: NoValue, Subject: n.String(), Name: n, Message: fmt.Sprintf("The config of `%s` has `%s` inside a text, which has no value.", asset, n.Param), Help: "Give it a value, or write `| default(…)` in the template."}}
	}
	return nil
}
