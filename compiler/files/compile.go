package files

import (
	"slices"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/template"
	"auto/stdlib"
	"auto/vm/graph"
	"auto/vm/match"
)

// folderSettled is how long a file of a folder settles where the block does not say;
// the objects of a bucket appear whole.
const folderSettled = 10 * time.Second

// defaultEvery is how often a source is listed where the block does not say.
const defaultEvery = 30 * time.Second

// Compile checks a files block and gives its program, with the clauses of the file's
// defaults (nil for none) where the block does not write them. Which clauses may stand
// in it is checked before. The program is nil where the source or a pattern cannot be
// read.
func Compile(decl *ast.Files, defaults *ast.Block, env Env) (*Program, diag.List) {
	c := &compiler{env: env, decl: decl}
	c.program = &Program{Name: decl.Name.Name, At: decl.Name.Span, Every: defaultEvery, Redeliver: Redeliver{Mode: "on new etag"}, Otherwise: Otherwise{Action: "ignore"}}
	c.source()
	if decl.Every != nil {
		c.program.Every = decl.Every.Value
		if decl.Every.Value <= 0 {
			c.find(diag.OutOfRange, decl.Every.Span, "Write such as `10s`.", "The duration is zero.")
		}
	}
	c.clauses(decl.Body, false)
	if defaults != nil {
		c.clauses(defaults, true)
	}
	c.rules()
	c.targets()
	c.job()
	c.templates(defaults)
	c.runKey()
	c.otherwise()
	if c.findings.HasErrors() {
		return nil, c.findings
	}
	return c.program, c.findings
}

// compiler compiles one block.
type compiler struct {
	env      Env
	decl     *ast.Files
	program  *Program
	findings diag.List
	// written are the words of clauses that the block writes itself.
	written map[string]bool
	matches []*ast.Match
	always  []ast.Key
	jobKey  *ast.Key
}

func (c *compiler) find(code diag.Code, at source.Span, help, format string, args ...any) {
	c.findings.Addf(code, at, help, format, args...)
}

// source reads what stands after `from`.
func (c *compiler) source() {
	ref := &c.program.Source
	switch e := c.decl.From.(type) {
	case *ast.Name:
		c.named(e.Ident, nil)
	case *ast.Call:
		if entry, ok := stdlib.Function(e.Func.Name); ok && entry.Kind == stdlib.Origin {
			ref.Kind = e.Func.Name
			c.sourceArgs(e)
			break
		}
		c.named(e.Func, e.Args)
	default:
		c.find(diag.BadSource, c.decl.From.Place(), "Write such as `folder(\"landing\")` or `s3(\"bucket\", prefix=\"in/\")`.", "A files block reads from a source.")
	}
	if ref.Kind == "folder" {
		c.program.Settled = folderSettled
	}
}

// sourceArgs reads the arguments of s3(…) and folder(…).
func (c *compiler) sourceArgs(e *ast.Call) {
	ref := &c.program.Source
	place := map[string]string{"s3": "bucket", "folder": "path"}[e.Func.Name]
	usage := e.Func.Name + "(\"…\", prefix=\"…\")"
	for i, a := range e.Args {
		name := a.Name.Name
		if name == "" {
			name = []string{place, "prefix"}[min(i, 1)]
		}
		text, ok := c.text(a.Value)
		switch {
		case i > 1 || name != place && name != "prefix":
			c.find(diag.WrongArguments, a.Span, "Write `"+usage+"`.", "`%s` has no such argument.", e.Func.Name)
		case !ok:
		case name == "prefix":
			ref.Prefix = folderPrefix(text)
		case text == "":
			c.find(diag.BadSource, a.Span, "Write `"+usage+"`.", "The %s is empty.", place)
		default:
			ref.Bucket = text
		}
	}
	if ref.Bucket == "" && !c.findings.HasErrors() {
		c.find(diag.WrongArguments, e.Span, "Write `"+usage+"`.", "The %s is missing.", place)
	}
	if e.Func.Name == "s3" {
		c.bucketName(e.Span)
	}
}

// bucketName checks what the names of all buckets have in common.
func (c *compiler) bucketName(at source.Span) {
	bucket := c.program.Source.Bucket
	if strings.HasPrefix(bucket, "s3://") || strings.ContainsAny(bucket, "/ ") {
		c.find(diag.BadSource, at, "Write the bucket alone, and the folders as `prefix=\"…/\"`.", "`%s` is no name of a bucket.", bucket)
	}
}

// text gives the text that an expression stands for.
func (c *compiler) text(e ast.Expr) (string, bool) {
	constant, ok := c.env.Evaluate(e)
	if text, isText := constant.(string); isText {
		return text, true
	}
	if !ok || constant != nil {
		c.find(diag.WrongType, e.Place(), "Write a text in double quotes.", "This is no text.")
	}
	return "", false
}

// named reads a source of the project file, with a prefix below its own.
func (c *compiler) named(name ast.Ident, args []ast.Arg) {
	ref := &c.program.Source
	ref.Name = name.Name
	known, ok := c.env.Sources[name.Name]
	if c.env.Sources != nil && !ok {
		names := []string{"s3", "folder"}
		for n := range c.env.Sources {
			names = append(names, n)
		}
		slices.Sort(names)
		help := "Write `folder(\"…\")`, `s3(\"…\")`, or add it to `sources` of the project file."
		if near, found := spell.Nearest(name.Name, names); found {
			help = "Did you mean `" + near + "`?"
		}
		c.find(diag.BadSource, name.Span, help, "No source is called `%s`.", name.Name)
		return
	}
	if c.env.Sources == nil && name.Name != "" {
		if near, found := spell.Nearest(name.Name, []string{"s3", "folder"}); found {
			c.find(diag.BadSource, name.Span, "Did you mean `"+near+"`?", "No source is called `%s`.", name.Name)
		} else if len(args) > 0 && args[0].Name.Name == "" {
			c.find(diag.BadSource, name.Span, "Write `folder(\"…\")` or `s3(\"…\")`.", "No source is called `%s`.", name.Name)
		}
	}
	ref.Kind, ref.Bucket, ref.Prefix = known.Kind, known.Bucket, known.Prefix
	for _, a := range args {
		if a.Name.Name != "prefix" {
			c.findings.Addf(diag.WrongArguments, a.Span, "Write `"+name.Name+"(prefix=\"…/\")`.", "A source of the project takes a prefix only.")
			continue
		}
		if text, ok := c.text(a.Value); ok {
			ref.Prefix = known.Prefix + folderPrefix(text)
		}
	}
}

// folderPrefix gives a prefix that ends at a slash, written or not.
func folderPrefix(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix
	}
	return prefix + "/"
}

// clauses reads the clauses of a block that need no others; of the defaults those that
// the block does not write.
func (c *compiler) clauses(b *ast.Block, defaults bool) {
	written := map[string]bool{}
	for _, clause := range b.Clauses {
		if defaults && c.written[clause.Word()] {
			continue
		}
		written[clause.Word()] = true
		c.clause(clause)
	}
	if !defaults {
		c.written = written
	}
}

func (c *compiler) clause(clause ast.Clause) {
	p := c.program
	switch k := clause.(type) {
	case *ast.Match:
		c.matches = append(c.matches, k)
	case *ast.Always:
		c.always = k.Keys
	case *ast.Job:
		c.jobKey = &k.Key
	case *ast.Wait:
		if k.Word() == "settled" {
			p.Settled = k.For.Value
		} else if k.Word() == "redeliver" {
			p.Redeliver = Redeliver{"after", k.For.Value}
		}
	case *ast.Choice:
		c.choice(k)
	case *ast.Rate:
		if k.Per == nil {
			p.PerTick = int(k.Count.Value)
		} else if k.Word() == "limit" {
			p.Limits = append(p.Limits, Limit{int(k.Count.Value), k.Per.Value})
		}
	case *ast.Halt:
		p.HaltAbove = int(k.Count.Value)
	case *ast.Priority:
		p.Priority = int(k.Number.Value)
	case *ast.Retry:
		p.Retries = k.Span
	case *ast.Pause:
		p.PausedUntil, _ = PauseUntil(k.Until.Value) // its form is checked with the clause
		p.PauseReason = k.Because.Value
	}
}

// PauseUntil reads the time of `pause until`: RFC 3339, or a date in UTC; and gives false
// for any other text.
func PauseUntil(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func (c *compiler) choice(k *ast.Choice) {
	switch k.Word() {
	case "existing":
		c.program.Existing = k.Value.Name
	case "redeliver":
		c.program.Redeliver = Redeliver{Mode: k.Value.Name}
	case "take":
		c.program.TakeFirst = k.Value.Name == "first"
	case "order":
		c.program.NewestFirst = k.Value.Name == "newest"
	}
}

// job finds the block's job: the one that it names, or the only one that selects its
// assets.
func (c *compiler) job() {
	var keys []string
	for _, target := range c.staticTargets() {
		keys = append(keys, target.Text)
	}
	if c.jobKey != nil {
		c.program.Job = c.jobKey.Text
		c.checkNamedJob()
		return
	}
	if c.env.Graph == nil || len(keys) == 0 {
		return
	}
	switch jobs := c.env.Graph.JobsOf(keys...); len(jobs) {
	case 0:
	case 1:
		c.program.Job = jobs[0]
	default:
		c.find(diag.WrongJob, c.decl.Name.Span, "Write such as `job "+jobs[0]+"`.", "Several jobs select the assets of `%s`: `%s`.", c.decl.Name.Name, strings.Join(jobs, "`, `"))
	}
}

// staticTargets gives the base assets, and the targets that are no templates.
func (c *compiler) staticTargets() []ast.Key {
	targets := slices.Clone(c.always)
	for _, m := range c.matches {
		for _, t := range m.Targets {
			if !strings.ContainsAny(t.Key.Text, "{}") {
				targets = append(targets, t.Key)
			}
		}
	}
	return targets
}

func (c *compiler) checkNamedJob() {
	if c.env.Graph == nil {
		return
	}
	if !CheckJob(c.env.Graph, *c.jobKey, nil, &c.findings) {
		return
	}
	reported := map[string]bool{}
	for _, target := range c.staticTargets() {
		if _, known := c.env.Graph.Asset(target.Text); !known || reported[target.Text] || c.env.Graph.InJob(c.jobKey.Text, target.Text) {
			continue
		}
		reported[target.Text] = true
		c.find(diag.OutsideJob, target.Span, "Add it to the selection of the job, or name another job.", "The job `%s` does not select the asset `%s`.", c.jobKey.Text, target.Text)
	}
}

// CheckJob finds a job that does not exist, and of the assets those that it does not
// select. It reports whether the job exists; without a graph nothing is checked.
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

// runKey reads the run key, and finds one that can repeat.
func (c *compiler) runKey() {
	text := "{bucket}/{key}@{etag}@{last_modified}"
	mode := c.program.Redeliver.Mode
	again := mode == "always" || mode == "after"
	if again {
		text += "@{tick}"
	}
	clause := clauseOf[*ast.RunKey](c.decl.Body)
	if clause == nil {
		c.program.RunKey, _ = template.Parse(text)
		return
	}
	before := len(c.findings)
	t := c.blockValues("run_key").template(clause.Template.Value, clause.Template.At)
	c.program.RunKey = t
	if len(c.findings) > before {
		return
	}
	file := t.Uses("key") || t.Uses("folder_path") && t.Uses("name")
	version := t.Uses("etag") || t.Uses("last_modified") || t.Uses("version_id")
	switch {
	case !file:
		c.find(diag.RunKeyRepeats, clause.Template.Span, "Write `{key}` into it.", "Two files can have the same run key.")
	case again && !t.Uses("tick"):
		c.find(diag.RunKeyRepeats, clause.Template.Span, "Write `{tick}` into it.", "With `redeliver %s` one file can have the same run key twice.", mode)
	case mode != "never" && !again && !version:
		c.find(diag.RunKeyRepeats, clause.Template.Span, "Write `{etag}` or `{last_modified}` into it.", "Two versions of a file can have the same run key.")
	}
}

// otherwise reads where a file goes that no rule matches.
func (c *compiler) otherwise() {
	clause := clauseOf[*ast.Otherwise](c.decl.Body)
	if clause == nil {
		return
	}
	o := &c.program.Otherwise
	o.Action = clause.Action.Name
	if clause.To == nil {
		return
	}
	v := &valueCompiler{fields: stdlib.FileFields, times: timeFields, clause: "quarantine", env: c.env}
	o.To = v.template(clause.To.Value, clause.To.At)
	c.findings = append(c.findings, v.findings...)
	o.Head = o.To.Head()
	if i := strings.LastIndexByte(o.Head, '/'); i >= 0 {
		o.Head = o.Head[:i+1]
	} else {
		o.Head = ""
	}
	if o.Head == "" || strings.HasPrefix(o.Head, "/") || strings.Contains("/"+o.Head, "/../") || c.program.Source.Prefix != "" && o.Head == c.program.Source.Prefix {
		c.find(diag.BadQuarantine, clause.To.Span, "Write such as `\"rejected/{folder_path}/\"`.", "The files would not get out of the block's way: a quarantine begins with a folder of its own.")
	}
}

func clauseOf[T ast.Clause](b *ast.Block) T {
	var none T
	for _, k := range b.Clauses {
		if found, ok := k.(T); ok {
			return found
		}
	}
	return none
}

// rules reads the patterns of all rules and makes the set that matches them.
func (c *compiler) rules() {
	names := map[string]source.Span{}
	var patterns []match.Rule
	for i, m := range c.matches {
		r := Rule{Name: m.Name.Name, At: m.Span}
		at := m.Name.Span
		if r.Name == "" {
			r.Name, at = "rule"+itoa(int64(i+1)), m.Pattern.Span
		}
		if first, taken := names[r.Name]; taken {
			c.findings.Add(diag.Diagnostic{Code: diag.RuleTwice, Span: at, Message: "A rule of this block is called `" + r.Name + "` already.", Help: "Give it a name of its own.", Related: []diag.Related{{Span: first, Message: "The first one is here."}}})
		}
		names[r.Name] = at
		r.Pattern, r.Folder = c.pattern(m.Pattern, false), c.pattern(m.Folder, true)
		c.captures(r, m)
		c.program.Rules = append(c.program.Rules, r)
		patterns = append(patterns, match.Rule{Name: r.Pattern, Folder: r.Folder})
	}
	if len(c.matches) == 0 && len(c.always) == 0 && !c.decl.Body.Partial {
		c.find(diag.NothingRequested, c.decl.Name.Span, "Write `match …` or `always …`.", "The block `%s` requests nothing.", c.decl.Name.Name)
	}
	if !c.findings.HasErrors() {
		c.program.Set = match.NewSet(patterns)
		c.shadows()
	}
}
