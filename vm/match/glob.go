package match

import (
	"regexp"
	"slices"
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
	// open: after a capture without a format stands nothing yet that has to be there.
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
		if err := g.one(); err != nil {
			return err
		}
	}
	return nil
}

// one reads one piece.
func (g *globber) one() error {
	rest := g.text[g.at:]
	wasOpen := g.open
	g.open = wasOpen && rest[0] == '*'
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
		return g.fail(Syntax, g.at, 1, "This `"+rest[:1]+"` closes nothing.", "Write `"+map[byte]string{'}': "}}", ']': "[]]"}[rest[0]]+"` for the character itself.")
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
	case strings.HasPrefix(g.text[g.at:], "**/**"): // as the second alone
		g.at += 3
	case g.at+2 < len(g.text): // "**/": none or more components
		g.write(`(?:[^/]*/)*`, 3)
	case g.out.Len() == 0:
		g.write(`.*`, 2)
	default: // "/**" at the end: the slash belongs to what may be missing
		head := strings.TrimSuffix(g.out.String(), "/")
		g.out.Reset()
		g.out.WriteString(head)
		g.write(`(?:/.*)?`, 2)
	}
	return nil
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
		g.open = wasOpen
		return g.alternatives()
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
	if message, help := wrongParts(layout, name); message != "" {
		return g.fail(Format, g.at, length, message, help)
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

// timePart is a part of a time: the directives that give it, and their names for help.
type timePart struct{ name, directives, help string }

// timeParts are the parts of a time from the coarsest.
var timeParts = []timePart{
	{"year", "Yy", "`%Y` or `%y`"}, {"month", "mj", "`%m`"}, {"day", "dj", "`%d`"}, {"hour", "H", "`%H`"}, {"minute", "M", "`%M`"}, {"second", "S", "`%S`"},
}

// wrongParts tells why a format names no time, empty where it does: it may leave out
// the small parts, which are then at their least, but none before one that it has.
func wrongParts(layout *strftime.Layout, name string) (message, help string) {
	missing := slices.IndexFunc(timeParts, func(p timePart) bool { return !layout.Has(p.directives) })
	if missing == 0 {
		return "The format `" + layout.String() + "` has no year, so it names no time.", "Write `%Y` or `%y` into it, or capture text: `{" + name + "}`."
	}
	if missing < 0 {
		return "", ""
	}
	for _, p := range timeParts[missing:] {
		if layout.Has(p.directives) {
			return "The format `" + layout.String() + "` has a " + p.name + " but no " + timeParts[missing].name + ".", "Write " + timeParts[missing].help + " for the " + timeParts[missing].name + "; " + p.help + " is the " + p.name + "."
		}
	}
	return "", ""
}

// alternatives reads `{a,b*,}`. Commas and braces in a set of characters are its own.
func (g *globber) alternatives() error {
	start := g.at + 1
	ends := alternativeEnds(g.text[start:])
	if ends == nil {
		return g.fail(Braces, g.at, len(g.text)-g.at, "The `{` is not closed.", "Write `}` after the alternatives, or `{{` for the character itself.")
	}
	exprs := []string{}
	empty := false
	from := start
	for _, end := range ends {
		text := g.text[from : start+end]
		a := &globber{text: text, folder: g.folder, alternative: true, base: g.base + from}
		if err := a.read(); err != nil {
			return err
		}
		exprs = append(exprs, a.out.String())
		empty = empty || strings.Trim(text, "*") == ""
		from = start + end + 1
	}
	g.open = g.open && empty
	g.write("(?:"+strings.Join(exprs, "|")+")", from-g.at)
	return nil
}

// alternativeEnds gives the places of the commas and of the brace that end alternatives,
// nil where there is no such brace.
func alternativeEnds(text string) []int {
	var ends []int
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case ',':
			ends = append(ends, at)
		case '}':
			return append(ends, at)
		case '[':
			at += max(0, setEnd(text[at:]))
		}
	}
	return nil
}
