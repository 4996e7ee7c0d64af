package files

import (
	"regexp"
	"strings"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/graph"
)

// requested is an asset that a block requests, and where it says so.
type requested struct {
	key string
	at  source.Span
}

// job finds the block's job: the one that it names, or the only one that selects its
// assets.
func (c *compiler) job() {
	switch {
	case c.jobKey != nil:
		c.program.Job = c.jobKey.Text
		c.checkNamedJob()
	case c.env.Graph != nil && len(c.fixed) > 0:
		c.findJob()
	}
}

func (c *compiler) findJob() {
	var keys []string
	for _, r := range c.fixed {
		keys = append(keys, r.key)
	}
	switch jobs := c.env.Graph.JobsOf(keys...); len(jobs) {
	case 0:
		c.almost()
	case 1:
		c.program.Job = jobs[0]
	default:
		c.find(diag.WrongJob, c.decl.Name.Span, "Write such as `job "+KeyText(jobs[0])+"`.", "Several jobs select the assets of `%s`: `%s`.", c.decl.Name.Name, strings.Join(jobs, "`, `"))
	}
}

// almost warns where no job selects all the assets of the block, and one selects some.
func (c *compiler) almost() {
	best, most, missing := "", 0, requested{}
	for _, job := range c.env.Graph.Jobs() {
		count, lacks := 0, requested{}
		for _, r := range c.fixed {
			if c.env.Graph.InJob(job, r.key) {
				count++
			} else if lacks.key == "" {
				lacks = r
			}
		}
		if count > most {
			best, most, missing = job, count, lacks
		}
	}
	if best != "" {
		c.warnings.Addf(diag.NoJobForAll, missing.at, "Add it to the selection of the job, or move the rule to a block of its own.", "No job selects all assets of `%s`, so the run has none: `%s` lacks `%s`.", c.decl.Name.Name, best, missing.key)
	}
}

// KeyText gives an asset key or a job's name as policies write it: in quotes where it is
// no name, or a reserved word.
func KeyText(key string) string {
	if parse.Reserved(key) || !plain.MatchString(key) {
		return parse.Quote(key)
	}
	return key
}

var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (c *compiler) checkNamedJob() {
	g := c.env.Graph
	if !CheckJob(g, *c.jobKey, nil, &c.findings) || g == nil {
		return
	}
	reported := map[string]bool{}
	for _, r := range c.fixed {
		if _, known := g.Asset(r.key); !known || reported[r.key] || g.InJob(c.jobKey.Text, r.key) {
			continue
		}
		reported[r.key] = true
		c.find(diag.OutsideJob, r.at, "Add it to the selection of the job, or name another job.", "The job `%s` does not select the asset `%s`.", c.jobKey.Text, r.key)
	}
}

// CheckJob adds findings about a job that does not exist, or else about the first of the
// assets that it does not select. It reports whether the job exists; without a graph
// nothing is checked, and it does.
func CheckJob(g *graph.Graph, job ast.Key, assets []string, findings *diag.List) bool {
	if g == nil {
		return true
	}
	if _, ok := g.Job(job.Text); !ok {
		help := "Define it in a job file."
		if near, found := spell.Nearest(job.Text, g.Jobs()); found {
			help = "Did you mean `" + near + "`?"
		}
		findings.Addf(diag.WrongJob, job.Span, help, "No job is called `%s`.", job.Text)
		return false
	}
	for _, key := range assets {
		if !g.InJob(job.Text, key) {
			findings.Addf(diag.WrongJob, job.Span, "Add it to the selection of the job, or name another job.", "The job `%s` does not select the asset `%s`.", job.Text, key)
			break
		}
	}
	return true
}
