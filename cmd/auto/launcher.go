package main

import (
	"os"

	"auto/runtime"
	"auto/runtime/dagster"
	"auto/runtime/dagster/pull"
	"auto/runtime/launch"
	"auto/runtime/project"
)

// connect makes what the project's requests go to, and the connection to its Dagster where
// it has one. What only shows requests asks no one.
func (c runCommand) connect(s system, o *runtime.Options) error {
	p := o.Project
	if p.Config.Dagster.URL != "" && !c.DryRun {
		world, err := dagster.Open(dagster.Options{Project: p, Marks: o.Store, Clock: o.Clock, Log: o.Log})
		if err != nil {
			return err
		}
		o.World = world
		if p.Config.Launcher.Kind == "dagster" {
			o.Launcher = world.Launcher()
			return nil
		}
	}
	o.Launcher = c.launcher(s, p, o)
	return nil
}

// launcher makes what needs no connection.
func (c runCommand) launcher(s system, p *project.Project, o *runtime.Options) launch.Launcher {
	l := p.Config.Launcher
	switch {
	case l.Kind == "webhook":
		return s.webhook(p)
	case l.Kind == "command":
		return launch.NewCommand(launch.CommandOptions{Argv: l.Command, Dir: p.Dir, Env: os.Environ(), Timeout: l.Timeout, Workers: l.Workers})
	case l.Kind == "pull" && c.Once:
		return pull.Once{}
	case l.Kind == "pull":
		return pull.New(pull.Options{Marks: o.Store, Clock: s.clock, Offered: l.Workers})
	}
	return launch.NewLines(s.stdout)
}

func (s system) webhook(p *project.Project) *launch.Webhook {
	l, headers := p.Config.Launcher, map[string]string{}
	for name, value := range l.Headers {
		headers[name] = p.Expand(value)
	}
	return launch.NewWebhook(launch.WebhookOptions{URL: l.URL, Timeout: l.Timeout, Workers: l.Workers, Headers: headers, Secret: []byte(p.Env[l.Sign]), Clock: s.clock})
}
