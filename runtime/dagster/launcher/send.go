package launcher

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"auto/runtime/dagster/gql"
	"auto/runtime/failpoint"
	"auto/runtime/request"
)

// send launches a part, once nothing that was sent before can appear any more.
func (l *Launcher) send(ctx context.Context, r *request.Request, p *part) error {
	params, err := l.params(r, p)
	if err != nil {
		return err
	}
	l.memory.sent(r.ID, l.Clock.Now())
	failpoint.Hit("dagster.launch.before")
	answer, err := Launch(ctx, l.Client, params)
	failpoint.Hit("dagster.launch.after")
	l.memory.sent(r.ID, l.Clock.Now()) // it may have left only now: the client keeps a rate
	// An answer can have the run and errors beside it.
	if answer != nil && answer.LaunchRun != nil {
		return l.judge(ctx, r, p, answer.LaunchRun)
	}
	if err != nil {
		return l.lost(r.ID, err)
	}
	return passing(glance, "Dagster answered without saying whether it has launched the run; it is looked for.")
}

// lost says that a launch has no answer.
func (l *Launcher) lost(id string, err error) error {
	if gql.KindOf(err) == gql.Unsent {
		l.memory.answered(id)
		return unanswered(err)
	}
	return passing(max(glance, waitOf(err)), "It is not known whether Dagster has launched the run, which is looked for: %s", sentence(err.Error()))
}

// params gives the arguments of a launch. The selection is never empty without checks, which
// would mean the whole job.
func (l *Launcher) params(r *request.Request, p *part) (ExecutionParams, error) {
	config, err := json.Marshal(p.config)
	if err != nil {
		return ExecutionParams{}, refused("The run config has no JSON form: %v.", err)
	}
	selector := JobOrPipelineSelector{
		PipelineName: p.job, RepositoryName: p.repository, RepositoryLocationName: p.location,
		AssetSelection: []AssetKeyInput{},
	}
	for _, key := range p.assets {
		selector.AssetSelection = append(selector.AssetSelection, keyOf(key))
	}
	if !p.rides {
		selector.AssetCheckSelection = []AssetCheckHandleInput{}
	}
	for _, key := range p.checks {
		asset, name, _ := strings.Cut(key, ":")
		selector.AssetCheckSelection = append(selector.AssetCheckSelection, AssetCheckHandleInput{AssetKey: keyOf(asset), Name: name})
	}
	return ExecutionParams{Selector: selector, RunConfigData: config, ExecutionMetadata: ExecutionMetadata{Tags: l.tags(r, p)}}, nil
}

func keyOf(key string) AssetKeyInput { return AssetKeyInput{Path: strings.Split(key, "/")} }

// judge gives what an answer means.
func (l *Launcher) judge(ctx context.Context, r *request.Request, p *part, answer LaunchLaunchRunLaunchRunResult) error {
	switch a := answer.(type) {
	case *LaunchLaunchRunLaunchRunSuccess:
		l.memory.launched(r.ID, p.work)
		l.tell(ctx, r.ID, &a.Run, p.work)
		return nil
	case *LaunchLaunchRunPythonError:
		return l.broken(ctx, r, p, a)
	case *LaunchLaunchRunRunConflict:
		return passing(glance, "Dagster has a run of the same ID, which is looked at: %s", sentence(a.Message))
	}
	l.memory.answered(r.ID) // by all others there is no run
	switch a := answer.(type) {
	case *LaunchLaunchRunRunConfigValidationInvalid:
		return refused("Dagster refuses the run config of `%s`: %s", p.job, configProblems(a))
	case *LaunchLaunchRunUnauthorizedError:
		return unreachable("Dagster does not let `auto` launch runs: %s Give its token the right to, and start no webserver with --read-only for it.", sentence(a.Message))
	case *LaunchLaunchRunInvalidSubsetError:
		return l.unfit(ctx, r, p, a.Message)
	case *LaunchLaunchRunPipelineNotFoundError:
		return l.unfit(ctx, r, p, a.Message)
	}
	return refused("Dagster refuses the run: %s", problem(answer))
}

// unfit tells of a selection that Dagster does not take, though it fitted its definitions
// shortly before: they have changed, or the code location does not answer. That comes under
// the same name, and passes.
func (l *Launcher) unfit(ctx context.Context, r *request.Request, p *part, message string) error {
	if _, err := l.planNow(ctx, r, p.work); err != nil {
		if a, ok := errors.AsType[*amiss](err); ok && r.Block == "" {
			return passing(glance, "Dagster's definitions have changed. %s", a.Reason) // the rest is run then
		}
		return err
	}
	if strings.Contains(message, "DagsterInvalidSubsetError") || strings.Contains(message, "DagsterInvalidDefinitionError") {
		return refused("Dagster refuses the selection %s: %s", list(append(p.assets, p.checks...)), sentence(message))
	}
	return passing(reloading, "The code location `%s` cannot make the run: %s", p.location, sentence(message))
}

// broken tells of a launch that failed inside of Dagster, which may have made the run before
// it failed. Where it was the request's fault, and there is no run, it is refused.
func (l *Launcher) broken(ctx context.Context, r *request.Request, p *part, e *LaunchLaunchRunPythonError) error {
	s, err := l.seen(ctx, r)
	if err != nil {
		return err
	}
	if p.shared(s.left).none() {
		return nil
	}
	if !badInput(e.ClassName) {
		return passing(glance, "Dagster failed to launch the run: %s", sentence(e.Message))
	}
	if len(s.idle) > 0 {
		if err := l.giveUp(ctx, r.ID, s.idle); err != nil {
			return err
		}
	}
	return refused("Dagster cannot launch the run: %s", sentence(e.Message))
}
