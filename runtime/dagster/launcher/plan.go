package launcher

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/runtime/dagster/deployment"
	"auto/runtime/launch"
	"auto/runtime/request"
)

// part is what of a request goes into one run: all that lies in one repository.
type part struct {
	location, repository, job string
	work
	// rides tells that all checks of the assets run along, which Dagster sees to.
	rides bool
	// partition of the run, "" where nothing in it has partitions, with the keys of its
	// dimensions by name where it has several.
	partition  string
	dimensions map[string]string
	// dynamic are the names of the dynamic definitions in it.
	dynamic []string
	// doubtful are assets of which Dagster has to be asked whether they have the partitions.
	doubtful []string
	// config is the run config, without that of ops of other parts.
	config map[string]any
}

// allAssets is the job that every repository with assets has.
const allAssets = "__ASSET_JOB"

// reloading is how long a request waits for a code location that is not loaded.
const reloading = 30 * time.Second

// plan plans what is left of a request. What does not fit the definitions as they were a moment
// ago is held against those of now.
func (l *Launcher) plan(ctx context.Context, r *request.Request, left work) (*plan, error) {
	if err := l.writer.alone(left); err != nil {
		return nil, err
	}
	d, err := l.Watch.Current(ctx)
	if err != nil {
		return nil, unanswered(err)
	}
	if parts, err := l.planOf(d, r, left); err == nil {
		return &plan{d: d, left: left, parts: parts}, nil
	}
	if d, err = l.Watch.Fresh(ctx); err != nil {
		return nil, unanswered(err)
	}
	return l.planMost(d, r, left)
}

// planNow plans all that is left by the definitions of now.
func (l *Launcher) planNow(ctx context.Context, r *request.Request, left work) ([]*part, error) {
	d, err := l.Watch.Fresh(ctx)
	if err != nil {
		return nil, unanswered(err)
	}
	return l.planOf(d, r, left)
}

// planner checks a request against a deployment.
type planner struct {
	*deployment.Deployment
	*request.Request
	now   time.Time
	parts []*part
}

func (l *Launcher) planOf(d *deployment.Deployment, r *request.Request, left work) ([]*part, error) {
	p := &planner{d, r, l.Clock.Now(), nil}
	for _, step := range []func() error{func() error { return p.place(left) }, p.checkPartitions, p.splitConfig} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return p.parts, nil
}

// place puts everything that can be run into the part of its repository.
func (p *planner) place(left work) error {
	for _, key := range left.assets {
		if err := p.fitAsset(key); err != nil {
			return err
		}
		at := p.partOf(p.Assets[key])
		at.assets = append(at.assets, key)
	}
	for _, key := range left.checks {
		if err := p.fitCheck(key); err != nil {
			return err
		}
		a, _ := p.check(key)
		at := p.partOf(a)
		at.checks = append(at.checks, key)
	}
	return nil
}

// partOf gives the part that an asset belongs to.
func (p *planner) partOf(a *deployment.Asset) *part {
	i := slices.IndexFunc(p.parts, func(at *part) bool { return at.location == a.Location && at.repository == a.Repository })
	if i < 0 {
		i = len(p.parts)
		p.parts = append(p.parts, &part{location: a.Location, repository: a.Repository, job: jobOf(p.Request), rides: p.Checks == nil})
	}
	return p.parts[i]
}

func jobOf(r *request.Request) string {
	if r.Job == "" {
		return allAssets
	}
	return r.Job
}

// fitAsset says why Dagster does not run an asset, or not rightly, whatever else is in the
// request: it is there, is loaded, can be run, is in the job, has with it what it only runs
// together with, and is not automated by Dagster itself.
func (p *planner) fitAsset(key string) error {
	if f := p.asset(key); f != nil {
		return &amiss{f, key, false}
	}
	a := p.Assets[key]
	if rest := minus(a.Set, p.Selection); len(rest) > 0 {
		return &amiss{refused("`%s` runs only together with %s. Select them, too.", key, list(rest)), key, false}
	}
	if s, driven := a.Driven(); driven {
		return &amiss{twice(key, s), key, false}
	}
	return nil
}

// fitCheck is fitAsset for a check that is named.
func (p *planner) fitCheck(key string) error {
	asset, _, _ := strings.Cut(key, ":")
	if f := p.asset(asset); f != nil {
		return &amiss{f, key, true}
	}
	a, check := p.check(key)
	if check.Name == "" {
		return &amiss{refused("Dagster has no check `%s`. Import the graph again with `auto graph import dagster`, or deploy the check.", key), key, true}
	}
	if s, driven := a.Driven(); driven && check.Condition != "" {
		return &amiss{twice(key, s), key, true}
	}
	return nil
}

// asset says why an asset cannot be run, nil where it can.
func (p *planner) asset(key string) *launch.Failure {
	a, ok := p.Assets[key]
	if !ok {
		return p.unknown(key)
	}
	if ok, why := p.Loaded(a.Location); !ok {
		return passing(reloading, "%s `%s` waits for it.", why, key)
	}
	if !a.Materializable && !a.Observable {
		return refused("Dagster cannot run `%s`: it is an external asset. Remove it from the selection.", key)
	}
	if p.Job != "" && !slices.Contains(a.Jobs, p.Job) {
		return p.outside(a)
	}
	return nil
}

// unknown tells of an asset that no loaded location has: one that is not loaded may.
func (p *planner) unknown(key string) *launch.Failure {
	for _, at := range p.Locations {
		if ok, why := p.Loaded(at.Name); !ok {
			return passing(reloading, "No code location that is loaded has the asset `%s`. %s", key, why)
		}
	}
	return refused("Dagster has no asset `%s`. Import the graph again with `auto graph import dagster`, or deploy the asset.", key)
}

// outside tells of an asset that is not in the job of the request. Dagster would run it
// under the name of the job.
func (p *planner) outside(a *deployment.Asset) *launch.Failure {
	known := slices.ContainsFunc(p.Deployment.Jobs, func(j deployment.Job) bool {
		return j.Name == p.Job && j.Location == a.Location && j.Repository == a.Repository
	})
	if !known {
		return refused("The code location `%s` of `%s` has no job `%s`. Define it there, or take another `job`.", a.Location, a.Key, p.Job)
	}
	return refused("The job `%s` does not select `%s`. Add it to the job in Dagster, or take another `job`.", p.Job, a.Key)
}

func twice(key string, s deployment.Sensor) *launch.Failure {
	return refused("Dagster's own sensor `%s` is running and drives `%s`, which would be launched twice. Stop that sensor in Dagster, or leave `%s` to it and remove it from the policy.", s.Name, key, key)
}

// check gives a check with its asset, the zero Check where there is none.
func (p *planner) check(key string) (*deployment.Asset, deployment.Check) {
	asset, name, _ := strings.Cut(key, ":")
	a := p.Assets[asset]
	if i := slices.IndexFunc(a.Checks, func(c deployment.Check) bool { return c.Name == name }); i >= 0 {
		return a, a.Checks[i]
	}
	return a, deployment.Check{}
}

// splitConfig gives each part the run config of its own ops. Dagster would take config of an
// op that there is not without a word.
func (p *planner) splitConfig() error {
	ops, _ := p.RunConfig["ops"].(map[string]any)
	for op := range ops {
		if !p.hasOp(p.Selection, op) && p.complete() {
			return refused("The run config is for the op `%s`, and no asset of the run has it: their ops are %s. Correct `op` of the asset, or the config.", op, list(p.ops(p.Selection)))
		}
	}
	for _, at := range p.parts {
		at.config = p.configOf(at, ops)
	}
	return nil
}

// configOf gives the run config of a part.
func (p *planner) configOf(at *part, ops map[string]any) map[string]any {
	config := map[string]any{}
	for key, value := range p.RunConfig {
		config[key] = value
	}
	if len(p.parts) > 1 && ops != nil {
		own := map[string]any{}
		for op, value := range ops {
			if p.hasOp(at.assets, op) {
				own[op] = value
			}
		}
		config["ops"] = own
	}
	return config
}

// complete reports whether all assets of the request are known.
func (p *planner) complete() bool {
	return !slices.ContainsFunc(p.Selection, func(key string) bool { return p.Assets[key] == nil })
}

// ops gives the names of the ops of assets, as run config has them: an op within a graph is
// below that graph.
func (p *planner) ops(keys []string) (names []string) {
	for _, key := range keys {
		if a := p.Assets[key]; a != nil {
			for _, op := range a.Ops {
				outer, _, _ := strings.Cut(op, ".")
				names = append(names, outer)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p *planner) hasOp(keys []string, op string) bool { return slices.Contains(p.ops(keys), op) }

// list writes names for people.
func list(names []string) string {
	const most = 5
	text := ""
	for i, name := range names[:min(len(names), most)] {
		if i > 0 {
			text += ", "
		}
		text += "`" + name + "`"
	}
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
