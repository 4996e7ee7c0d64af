package repl

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/scenario"
)

// event lets something happen before the next tick.
func (r *REPL) event(text source.Span) error {
	src, place := alone(text), inPlace(text)
	if !strings.HasPrefix(text.Text(), "{") {
		written, err := eventText(text)
		if err != nil {
			return err
		}
		src, place = source.New(text.File.Name, written), byText(text)
	}
	e, found := r.state.current().ReadEvent(src)
	found = relocated(found, place)
	if err := failed(found); err != nil {
		return err
	}
	e.Place = place(e.Place)
	return r.happen(e)
}

// kind is a kind of event.
type kind struct {
	name string
	// words is the field that words behind the key stand for, "" for none; choices are
	// what they may be, where that is a few.
	words   string
	choices []string
	// fields are the others that may be written.
	fields []string
}

// kinds are those of a scenario.
var kinds = []kind{
	{"materialize", "partitions", nil, []string{"run", "data_version", "at"}},
	{"observe", "partitions", nil, []string{"data_version", "at"}},
	{"run", "status", []string{"queued", "started", "success", "failure", "canceled"}, []string{"assets", "checks", "partition", "tags", "at"}},
	{"check", "partitions", nil, []string{"passed", "run", "severity", "at"}},
	{"backfill", "status", []string{"started", "canceling", "canceled", "completed", "failed"}, []string{"assets", "partitions", "materialized", "failed", "at"}},
	{"code_version", "to", nil, []string{"at"}},
	{"dynamic", "add", nil, []string{"delete", "at"}},
	{"wipe", "", nil, []string{"at"}},
	{"freshness", "state", []string{"pass", "warn", "fail", "unknown", "not_applicable"}, []string{"at"}},
	{"condition", "to", nil, nil},
	{"deps", "to", nil, nil},
	{"partitions_of", "to", nil, nil},
}

// eventText writes KIND KEY [WORD…] [field=VALUE…] as a scenario does.
func eventText(text source.Span) (string, error) {
	const help = "Write such as `:event materialize raw/orders 2026-01-01` or `:event run r1 success`."
	words := split(text)
	if len(words) < 2 {
		return "", wrong(text, help, "An event is of a kind, and about something.")
	}
	k, ok := kindOf(words[0].Text())
	if !ok {
		return "", wrong(words[0], help, "There is no kind of events `%s`.", words[0].Text())
	}
	return k.fieldsText(words[1], words[2:])
}

func kindOf(name string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// fieldsText writes the fields of an event: its own, what the words stand for, and those
// that are named.
func (k kind) fieldsText(key source.Span, rest []source.Span) (string, error) {
	out := []string{k.name + ": " + yamlValue(key.Text())}
	var plain []string
	for _, w := range rest {
		if name, value, ok := strings.Cut(w.Text(), "="); ok {
			out = append(out, name+": "+yamlValue(value))
		} else if k.words == "" {
			return "", wrong(w, "Leave it out, or write `field=VALUE`.", "An event of the kind `%s` takes no more words.", k.name)
		} else {
			plain = append(plain, yamlValue(strings.TrimSuffix(w.Text(), ",")))
		}
	}
	switch len(plain) {
	case 0:
	case 1:
		out = append(out, k.words+": "+plain[0])
	default:
		out = append(out, k.words+": ["+strings.Join(plain, ", ")+"]")
	}
	return "{" + strings.Join(out, ", ") + "}", nil
}

// yamlValue writes a word as a value: lists, mappings, quoted texts and truth as they are,
// all else as a text.
func yamlValue(word string) string {
	if word == "true" || word == "false" || word != "" && strings.ContainsRune(`[{"'`, rune(word[0])) {
		return word
	}
	text, err := json.Marshal(word)
	if err != nil { // a string has a form
		panic(err)
	}
	return string(text)
}

// split gives the words of a text; blanks within quotes and brackets belong to a word.
func split(s source.Span) []source.Span {
	var words []source.Span
	var quote byte
	depth, start := 0, -1
	text := s.Text()
	for i := 0; i < len(text); i++ {
		c := text[i]
		blank := (c == ' ' || c == '\t') && quote == 0 && depth == 0
		switch {
		case blank && start >= 0:
			words, start = append(words, s.Sub(start, i-start)), -1
		case !blank && start < 0:
			start = i
		}
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[' || c == '{':
			depth++
		case (c == ']' || c == '}') && depth > 0:
			depth--
		}
	}
	if start >= 0 {
		words = append(words, s.Sub(start, len(text)-start))
	}
	return words
}

// alone gives a file that has nothing but a span, at its place.
func alone(s source.Span) *source.File {
	before := strings.Map(func(c rune) rune {
		if c == '\n' {
			return c
		}
		return ' '
	}, s.File.Text[:s.Start])
	return source.New(s.File.Name, before+s.Text())
}

// inPlace moves spans of a file that alone made to where the text was typed.
func inPlace(typed source.Span) func(source.Span) source.Span {
	before := len(alone(typed).Text) - len(typed.Text())
	return func(s source.Span) source.Span { return typed.Sub(s.Start-before, s.End-s.Start) }
}

// byText moves spans to where their text was typed, or to all that was.
func byText(typed source.Span) func(source.Span) source.Span {
	return func(s source.Span) source.Span {
		text := strings.Trim(s.Text(), `"`)
		if i := strings.Index(typed.Text(), text); i >= 0 && text != "" && text != "{" {
			return typed.Sub(i, len(text))
		}
		return typed
	}
}

// relocated gives findings with their places moved.
func relocated(list diag.List, place func(source.Span) source.Span) diag.List {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Span.IsValid() {
			out[i].Span = place(out[i].Span)
		}
	}
	return out
}

// within gives what is refused with its places in a file moved.
func within(err error, src *source.File, place func(source.Span) source.Span) error {
	var refused *scenario.Refused
	if !errors.As(err, &refused) {
		return err
	}
	return Findings(relocated(refused.Findings, func(s source.Span) source.Span {
		if s.File == src {
			return place(s)
		}
		return s
	}))
}
