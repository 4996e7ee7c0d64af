package files

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/stdlib"
)

// folderSettled is how long a file of a folder settles where the block does not say;
// the objects of a bucket appear whole.
const folderSettled = 10 * time.Second

// defaultEvery is how often a source is listed where the block does not say.
const defaultEvery = 30 * time.Second

// source reads what stands after `from`, and after `every`.
func (c *compiler) source() {
	switch e := c.decl.From.(type) {
	case *ast.Name:
		c.named(e.Ident, nil)
	case *ast.Call:
		if entry, ok := stdlib.Function(e.Func.Name); ok && entry.Kind == stdlib.Origin {
			c.direct(e, entry)
		} else {
			c.named(e.Func, e.Args)
		}
	default:
		c.find(diag.BadSource, c.decl.From.Place(), "Write such as `folder(\"landing\")` or `s3(\"bucket\", prefix=\"in/\")`.", "A files block reads from a source.")
	}
	if c.program.Source.Kind == "folder" {
		c.program.Settled = folderSettled
	}
	if every := c.decl.Every; every != nil {
		c.program.Every = every.Value
		if every.Value <= 0 {
			c.find(diag.OutOfRange, every.Span, "Write such as `10s`.", "The duration is zero.")
		}
	}
}

// direct reads s3(…) and folder(…), whose parameters are the place and the prefix.
func (c *compiler) direct(e *ast.Call, entry stdlib.Entry) {
	ref := &c.program.Source
	ref.Kind = entry.Name
	place, usage := entry.Params[0].Name, entry.Name+"(\"…\", prefix=\"…\")"
	given := map[string]bool{}
	for i, a := range e.Args {
		name := a.Name.Name
		if name == "" && i < len(entry.Params) {
			name = entry.Params[i].Name
		}
		switch {
		case name != place && name != "prefix":
			c.find(diag.WrongArguments, a.Span, "Write `"+usage+"`.", "`%s` has no such argument.", entry.Name)
		case given[name]:
			c.find(diag.WrongArguments, a.Span, "Write `"+usage+"`.", "The %s is given twice.", name)
		case name == "prefix":
			ref.Prefix = c.prefix(a)
		default:
			ref.Bucket = c.place(a, entry.Name, usage, place)
		}
		given[name] = true
	}
	if !given[place] && !c.findings.HasErrors() {
		c.find(diag.WrongArguments, e.Span, "Write `"+usage+"`.", "The %s is missing.", place)
	}
}

// place reads the bucket, or the path of a folder.
func (c *compiler) place(a ast.Arg, kind, usage, place string) string {
	text, ok := c.text(a.Value)
	switch {
	case !ok:
	case text == "":
		c.find(diag.BadSource, a.Span, "Write `"+usage+"`.", "The %s is empty.", place)
	case kind == "s3":
		c.bucket(text, a.Value.Place())
	}
	return text
}

var (
	// bucketForm has S3's rules for names of buckets, with the capitals and underscores
	// of old ones; an access point is named by its ARN.
	bucketForm = regexp.MustCompile(`^(?:[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]|arn:.+)$`)
	address    = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$`)
)

// bucket checks the name of a bucket. One that the environment gives, where that is not
// known yet, is left alone.
func (c *compiler) bucket(name string, at source.Span) {
	switch {
	case strings.Contains(name, "{env."):
	case strings.Contains(name, "://") || strings.Contains(name, "/") && !strings.HasPrefix(name, "arn:"):
		c.find(diag.BadSource, at, "Write the bucket alone, and the folders as `prefix=\"…/\"`.", "`%s` is no name of a bucket.", name)
	case !bucketForm.MatchString(name) || address.MatchString(name) || strings.Contains(name, ".."):
		c.find(diag.BadSource, at, "Write 3 to 63 letters, digits, `-` and `.`, such as `acme-landing`.", "`%s` is no name of a bucket.", name)
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
	known, ok := c.env.Sources[name.Name]
	if !ok && (c.env.Sources != nil || meansDirect(name, args)) {
		c.unknownSource(name)
		return
	}
	c.program.Source = SourceRef{Name: name.Name, Kind: known.Kind, Bucket: known.Bucket, Prefix: known.Prefix}
	for i, a := range args {
		if a.Name.Name != "prefix" || i > 0 {
			c.find(diag.WrongArguments, a.Span, "Write `"+name.Name+"(prefix=\"…/\")`.", "A source of the project takes a prefix only.")
			continue
		}
		c.program.Source.Prefix += c.prefix(a)
	}
}

// origins are the sources that need no project.
var origins = []string{"s3", "folder"}

// meansDirect reports whether a source that may be a project's is surely meant as one of
// the language's own: by its spelling, or by what it is given.
func meansDirect(name ast.Ident, args []ast.Arg) bool {
	_, near := spell.Nearest(name.Name, origins)
	return near || len(args) > 0 && args[0].Name.Name == ""
}

func (c *compiler) unknownSource(name ast.Ident) {
	names := slices.Clone(origins)
	help := "Write `folder(\"…\")` or `s3(\"…\")`."
	if c.env.Sources != nil {
		help = "Write `folder(\"…\")`, `s3(\"…\")`, or add it to `sources` of the project file."
		for n := range c.env.Sources {
			names = append(names, n)
		}
		slices.Sort(names)
	}
	if near, found := spell.Nearest(name.Name, names); found {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.BadSource, name.Span, help, "No source is called `%s`.", name.Name)
}

// prefix reads a prefix, which ends at a slash, written or not. Whether it can have files
// below it depends on the source: keys of a bucket are any text, those of a folder are
// paths below it.
func (c *compiler) prefix(a ast.Arg) string {
	text, ok := c.text(a.Value)
	if !ok || text == "" {
		return ""
	}
	prefix := strings.TrimSuffix(text, "/") + "/"
	switch bare := strings.TrimLeft(text, "/"); {
	case c.program.Source.Kind == "folder" && path.Clean("/"+prefix)+"/" != "/"+prefix:
		c.find(diag.BadSource, a.Value.Place(), "Write the path below the folder, such as `prefix=\"in/\"`.", "No file of a folder has a key below `%s`.", prefix)
	case c.program.Source.Kind == "s3" && bare != text:
		c.find(diag.PrefixSlash, a.Value.Place(), "Write `prefix=\""+bare+"\"`.", "Only keys that begin with `/` lie below the prefix `%s`.", prefix)
	}
	return prefix
}
