package match

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"auto/internal/strftime"
)

// Glob reads a glob for whole names or, where folder is set, for whole folder paths,
// in which `**` is allowed. A failure is an *Error.
func Glob(text string, folder bool) (*Pattern, error) {
	if !utf8.ValidString(text) {
		return nil, &Error{Syntax, 0, len(text), "The glob is not UTF-8.", "Save the file as UTF-8."}
	}
	g := &globber{text: text, folder: folder}
	if err := g.read(); err != nil {
		return nil, err
	}
	return finish(text, g.out.String(), false, g.captures)
}

// globber translates a glob to RE2 from the left.
type globber struct {
	text     string
	folder   bool
	at       int
	out      strings.Builder
	captures []Capture
	// open: the last thing read was a capture without a format.
	open bool
	// alternative: an alternative of a brace is being read.
	alternative bool
	// base is the offset of text in the whole glob.
	base int
}

func (g *globber) fail(kind ErrorKind, offset, length int, message, help string) error {
	return &Error{kind, g.base + offset, length, message, help}
}

func (g *globber) read() error {
	for g.at < len(g.text) {
		wasOpen := g.open
		g.open = false
		if err := g.one(wasOpen); err != nil {
			return err
		}
	}
	return nil
}

// one reads one piece; wasOpen tells that a capture without a format stands before it.
func (g *globber) one(wasOpen bool) error {
	rest := g.text[g.at:]
	switch {
	case strings.HasPrefix(rest, "**"):
		return g.stars()
	case rest[0] == '*':
		g.write(`[^/]*`, 1)
	case rest[0] == '?':
		g.write(`[^/]`, 1)
	case rest[0] == '[':
		return g.class()
	case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
		g.write(regexp.QuoteMeta(rest[:1]), 2)
	case rest[0] == '{':
		return g.brace(wasOpen)
	case rest[0] == '}' || rest[0] == ']':
		return g.fail(Syntax, g.at, 1, "This `"+rest[:1]+"` closes nothing.", "Write `"+strings.Repeat(rest[:1], 2)+"` for the character itself, for `]` write `[]]`.")
	default:
		g.literal(rest)
	}
	return nil
}

func (g *globber) write(expr string, length int) {
	g.out.WriteString(expr)
	g.at += length
}

// literal writes one character.
func (g *globber) literal(rest string) {
	r, size := utf8.DecodeRuneInString(rest)
	g.write(regexp.QuoteMeta(string(r)), size)
}

// stars reads `**`: any number of whole components.
func (g *globber) stars() error {
	before := g.at == 0 || g.text[g.at-1] == '/'
	after := g.at+2 == len(g.text) || g.text[g.at+2] == '/'
	switch {
	case g.alternative:
		return g.fail(Stars, g.at, 2, "`**` cannot stand within alternatives.", "Write one rule for each alternative.")
	case !g.folder:
		return g.fail(Stars, g.at, 2, "`**` is for folders, and a name has none.", "Write `*`, or put the folders after `in`.")
	case !before || !after:
		return g.fail(Stars, g.at, 2, "`**` stands alone between slashes.", "Write `*` for a part of one component.")
	}
	switch {
	case g.at+2 < len(g.text): // "**/": none or more components
		g.write(`(?:[^/]*/)*`, 3)
	case g.at == 0:
		g.write(`.*`, 2)
	default: // "/**" at the end: the slash belongs to what may be missing
		head := strings.TrimSuffix(g.out.String(), "/")
		g.out.Reset()
		g.out.WriteString(head)
		g.write(`(?:/.*)?`, 2)
	}
	return nil
}

// class reads `[a-z]` or `[!a-z]`.
func (g *globber) class() error {
	rest := g.text[g.at+1:]
	negated := strings.HasPrefix(rest, "!")
	if negated {
		rest = rest[1:]
	}
	end := -1
	if len(rest) > 0 {
		if i := strings.IndexByte(rest[1:], ']'); i >= 0 {
			end = i + 1
		}
	}
	if end < 0 {
		return g.fail(Class, g.at, len(g.text)-g.at, "The `[` is not closed.", "Write `]` after the characters, or `[[]` for the character itself.")
	}
	set := rest[:end]
	length := len(g.text[g.at:]) - len(rest) + end + 1
	if strings.ContainsRune(set, '/') {
		return g.fail(Class, g.at, length, "A set of characters never holds `/`.", "Remove it: the folder is matched after `in`.")
	}
	expr := classExpr(set, negated)
	if _, err := regexp.Compile(expr); err != nil {
		return g.fail(Class, g.at, length, "The set `"+g.text[g.at:g.at+length]+"` has a range whose ends are the wrong way round.", "Write the smaller character first, and a `-` of its own at the end.")
	}
	g.write(expr, length)
	return nil
}

// classExpr gives a set as a class of RE2: only `-` between two characters keeps a
// meaning, and `/` is never in it.
func classExpr(set string, negated bool) string {
	var b strings.Builder
	b.WriteByte('[')
	if negated {
		b.WriteString(`^/`)
	}
	runes := []rune(set)
	for i := 0; i < len(runes); i++ {
		if i+2 < len(runes) && runes[i+1] == '-' {
			writeRange(&b, runes[i], runes[i+2], negated)
			i += 2
			continue
		}
		b.WriteString(classRune(runes[i]))
	}
	b.WriteByte(']')
	return b.String()
}

// writeRange writes a range; one that runs across `/` in two parts, unless the set is
// negated, where `/` belongs to what is left out.
func writeRange(b *strings.Builder, from, to rune, negated bool) {
	if !negated && from < '/' && to > '/' {
		b.WriteString(classRune(from) + "-" + classRune('/'-1))
		from = '/' + 1
	}
	b.WriteString(classRune(from) + "-" + classRune(to))
}

func classRune(r rune) string {
	if strings.ContainsRune(`\[]^-`, r) {
		return `\` + string(r)
	}
	return string(r)
}

var captureName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)

// brace reads a capture or alternatives.
func (g *globber) brace(wasOpen bool) error {
	if g.alternative {
		return g.fail(Braces, g.at, 1, "Alternatives hold no braces.", "Write one rule for each alternative.")
	}
	end := strings.IndexByte(g.text[g.at:], '}')
	if end < 0 {
		return g.fail(Braces, g.at, len(g.text)-g.at, "The `{` is not closed.", "Write `}` after the name or the alternatives, or `{{` for the character itself.")
	}
	inner := g.text[g.at+1 : g.at+end]
	name := captureName.FindString(inner)
	switch {
	case name != "" && name == inner:
		return g.capture(name, wasOpen, end+1)
	case name != "" && inner[len(name)] == ':':
		return g.time(name, inner[len(name)+1:], end+1)
	case strings.Contains(inner, ","):
		return g.alternatives(inner, end+1)
	}
	return g.fail(Braces, g.at, end+1, "`{"+inner+"}` is neither a capture nor alternatives.", "Write "+braceHelp(inner)+".")
}

// braceHelp says what braces with a wrong content can have meant.
func braceHelp(inner string) string {
	if strings.Contains(inner, "|") {
		return "`{" + strings.ReplaceAll(inner, "|", ",") + "}`"
	}
	return "a name, a name with a format such as `{day:%Y-%m-%d}`, or alternatives such as `{csv,gz}`"
}

func (g *globber) bind(name string, layout *strftime.Layout, length int) error {
	for _, c := range g.captures {
		if c.Name == name {
			return g.fail(Twice, g.at, length, "`"+name+"` is captured twice.", "Give the second capture a name of its own.")
		}
	}
	g.captures = append(g.captures, Capture{Name: name, Layout: layout})
	return nil
}

func (g *globber) capture(name string, wasOpen bool, length int) error {
	if wasOpen {
		return g.fail(Adjacent, g.at, length, "Between two captures stands nothing that tells where one ends.", "Write text between them, or give one a format such as `{day:%Y%m%d}`.")
	}
	if err := g.bind(name, nil, length); err != nil {
		return err
	}
	g.open = true
	g.write(`(?P<`+name+`>[^/]+?)`, length)
	return nil
}

func (g *globber) time(name, format string, length int) error {
	at := g.at + len(name) + 2
	layout, err := strftime.Parse(format)
	if err != nil {
		wrong := err.(*strftime.Error)
		return g.fail(Format, at+wrong.Offset, wrong.Length, "`"+wrong.Text+"` is not a directive of a time format.", "There are "+strftime.Directives+".")
	}
	if !layout.HasDate() {
		return g.fail(Format, g.at, length, "The format `"+format+"` has no year, so it names no time.", "Write `%Y` or `%y` into it, or capture text: `{"+name+"}`.")
	}
	if strings.Contains(format, "/") && !g.folder {
		return g.fail(Format, at, len(format), "A name has no `/`.", "Put the folders after `in`.")
	}
	if err := g.bind(name, layout, length); err != nil {
		return err
	}
	g.write(`(?P<`+name+`>`+layout.Regexp()+`)`, length)
	return nil
}

func (g *globber) alternatives(inner string, length int) error {
	exprs := []string{}
	offset := g.at + 1
	for text := range strings.SplitSeq(inner, ",") {
		a := &globber{text: text, folder: g.folder, alternative: true, base: g.base + offset}
		if err := a.read(); err != nil {
			return err
		}
		exprs = append(exprs, a.out.String())
		offset += len(text) + 1
	}
	g.write("(?:"+strings.Join(exprs, "|")+")", length)
	return nil
}
