package parse

import (
	"slices"
	"strings"

	"auto/internal/spell"
	"auto/lang/diag"
	"auto/lang/source"
)

// form is how a clause or a declaration is written. In shape, words stand for themselves,
// `|` is between alternatives, and brackets are around what may be left out. The other
// slots are named by slotNames.
type form struct{ shape, example string }

// forms has every clause and declaration. Where a word decides what follows, there is a
// form for the two.
var forms = map[string]form{
	"when":                 {"CONDITION", "when eager()"},
	"limit":                {"NUMBER per tick|DURATION", "limit 50 per tick"},
	"at most":              {"NUMBER per DURATION", "at most 1 per 1h"},
	"quiet":                {"DURATION", "quiet 10m"},
	"retry":                {"NUMBER after DURATION [up to DURATION]", "retry 3 after 10m up to 1h"},
	"missed":               {"none|last|all", "missed last"},
	"order":                {"newest|oldest first", "order newest first"},
	"halt":                 {"above NUMBER per tick", "halt above 500 per tick"},
	"pause":                {"until STRING because STRING", `pause until "2026-12-01" because "the reason"`},
	"job":                  {"JOB", "job nightly"},
	"tags":                 {"MAP", `tags { team: "sales" }`},
	"params":               {"MAP", "params { full_reload: false }"},
	"config":               {"KEY MAP", "config asset { field: key }"},
	"priority":             {"NUMBER", "priority 5"},
	"group by":             {"partition|group|owner|none", "group by partition"},
	"max":                  {"NUMBER per run", "max 10 per run"},
	"budget":               {"DURATION", "budget 2s"},
	"settled":              {"DURATION", "settled 60s"},
	"existing":             {"skip|take", "existing skip"},
	"redeliver":            {"never|always|on|after", "redeliver on new etag"},
	"redeliver on":         {"new etag", "redeliver on new etag"},
	"redeliver after":      {"DURATION", "redeliver after 1h"},
	"always":               {"KEY", "always move_files"},
	"take":                 {"all|first", "take first"},
	"match":                {"", `match sales: "sales_*.csv" in "**/sales" -> sales_data`},
	"otherwise":            {"ignore|error|quarantine", "otherwise ignore"},
	"otherwise quarantine": {"STRING", `otherwise quarantine "bad/{name}"`},
	"run_key":              {"STRING", `run_key "{key}@{etag}"`},

	"export":   {"let|def", `export let flaky = tag("quality", "flaky")`},
	"let":      {"NAME = VALUE", `let flaky = tag("quality", "flaky")`},
	"def":      {"NAME PARAMETERS = VALUE", "def after(schedule: Cron) = on_cron(schedule)"},
	"policy":   {"NAME for SELECTION BLOCK", `policy daily for groups("sales") { when eager() }`},
	"sensor":   {"NAME for SELECTION every DURATION [BLOCK]", `sensor fast for groups("sales") every 10s`},
	"files":    {"NAME from SOURCE [every DURATION] BLOCK", `files inbound from folder("landing") every 10s { always move_files }`},
	"defaults": {"BLOCK", "defaults { priority 5 }"},
}

// slotNames names the slots of shapes for sentences.
var slotNames = map[string]string{
	"NUMBER": "a number", "DURATION": "a duration", "STRING": "a string", "KEY": "an asset key", "JOB": "a job's name", "NAME": "a name",
	"CONDITION": "a condition", "SELECTION": "a selection", "SOURCE": "a source", "VALUE": "a value",
	"MAP": "`{`", "BLOCK": "`{`", "PARAMETERS": "`(`",
}

// form: anything else; says what the clause or declaration has at this place.
func (s stop) form() bool {
	f, ok := forms[s.first().text]
	if !ok || s.at == s.start || s.part != partClause && s.part != partDeclaration {
		return false
	}
	code := diag.ClauseForm
	if s.part == partDeclaration {
		code = diag.DeclarationForm
	}
	wants, f := s.wants(f)
	if len(wants) == 0 {
		return s.find(code, s.place(s.at), "Write such as `"+f.example+"`.", "%s cannot stand here in `%s`.", capital(s.name(s.at)), s.first().text)
	}
	if slices.Contains(wants, "DURATION") && s.duration() {
		return true
	}
	return s.slot(code, wants, f)
}

// slot finds that something else stands where a slot is, or nothing.
func (s stop) slot(code diag.Code, wants []string, f form) bool {
	wanted, help := s.wanted(wants), s.slotHelp(wants, f)
	if s.at == s.start+2 && s.before().is(wants[0]) {
		return s.find(code, s.before().span(s.src), help, "The name is missing between `%s` and `%s`.", s.first().text, s.before().text)
	}
	if s.at >= s.end {
		return s.find(code, s.place(s.end-1), help, "%s is missing after `%s`.", capital(wanted), s.sofar())
	}
	return s.find(code, s.place(s.at), help, "After `%s` comes %s, not %s.", s.sofar(), wanted, s.name(s.at))
}

// sofar gives the text of the part up to where reading stopped, or its last token where
// that is long.
func (s stop) sofar() string {
	text := s.between(s.start, s.at).Text()
	if len(text) > 40 || strings.Contains(text, "\n") {
		return s.before().text
	}
	return text
}

// wanted names the slots that would fit. An empty slot is the end of the part.
func (s stop) wanted(slots []string) string {
	var names []string
	for _, slot := range slots {
		switch name := slotNames[slot]; {
		case slot == "" && s.part == partClause:
			names = append(names, "the next clause")
		case slot == "":
			names = append(names, "the next declaration")
		case name != "":
			names = append(names, name)
		default:
			names = append(names, "`"+slot+"`")
		}
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
	return names[0]
}

// slotHelp says what to write into a slot.
func (s stop) slotHelp(slots []string, f form) string {
	now := s.now()
	if near, ok := spell.Nearest(now.text, slots); ok && now.kind == kindName {
		return "Did you mean `" + near + "`?"
	}
	switch {
	case slots[0] == "" && now.kind == kindPunct:
		return "Remove it."
	case slots[0] == "":
		return "Remove it, or write the word that begins the clause before it."
	case slots[0] == "STRING" && s.at < s.end && s.first().is("run_key") && now.kind == kindName:
		return "Write `\"{" + now.text + "}\"`."
	case slots[0] == "STRING" && s.at < s.end && now.kind != kindPunct:
		return "Write `" + quoteText(s.glued().Text()) + "`."
	case slots[0] == "NAME" && now.kind == kindString:
		return "Write `" + asName(unquote(now.text)) + "`."
	case slots[len(slots)-1] == "BLOCK" && now.isClause():
		return "Write `{` before it, and `}` behind the last clause."
	}
	return "Write such as `" + f.example + "`."
}

// glued gives the span of the token that did not fit and of those that follow it without
// a blank.
func (s stop) glued() source.Span {
	end := s.at + 1
	for end < s.end && s.all[end].start == s.all[end-1].end {
		end++
	}
	return s.between(s.at, end)
}

// duration: something that was meant for a duration.
func (s stop) duration() bool {
	now, next := s.now(), s.tok(s.at+1)
	text, right := now.text, ""
	switch {
	case now.kind == kindInt && next.kind == kindName && !next.is("per") && !next.is("up"):
		text, right = s.between(s.at, s.at+2).Text(), asDuration(now.text+next.text)
	case now.kind == kindInt:
		return s.find(diag.BadDuration, now.span(s.src), "Write `"+now.text+"s`, `"+now.text+"m` or `"+now.text+"h` (units `w d h m s`).", "The duration `%s` has no unit.", now.text)
	case now.kind == kindString:
		right = asDuration(unquote(now.text))
	case now.kind == kindName && next.is("(") && s.tok(s.at+2).kind == kindInt:
		text, right = s.between(s.at, min(s.at+4, s.end)).Text(), asDuration(s.tok(s.at+2).text+now.text)
	case now.kind == kindName:
		right = asDuration("1" + now.text)
	}
	if right == "" {
		return false
	}
	at := now.span(s.src).Sub(0, len(text))
	at.End = at.Start + len(text)
	return s.find(diag.BadDuration, at, "Write `"+right+"` (units `w d h m s`).", "`%s` is not a duration.", text)
}

// wants gives the slots that would have fitted where reading stopped: none where that is
// within brackets or the form has no shape, the empty slot where the part may end. The
// form is the one that applies.
func (s stop) wants(f form) ([]string, form) {
	if _, open := s.open(); open >= 0 || f.shape == "" {
		return nil, f
	}
	slots := strings.Fields(f.shape)
	i := s.start + 1
	for n := 0; n < len(slots); n++ {
		slot := strings.Trim(slots[n], "[]")
		next := s.skip(i, slot, slots[n+1:])
		if i == s.at || next > s.at || next == s.at && isExpr(slot) && !s.before().endsOperand() {
			return alternatives(slots[n:]), f
		}
		if more, ok := forms[s.first().text+" "+s.tok(i).text]; ok {
			f, slots, n = more, strings.Fields(more.shape), -1
		}
		i = next
	}
	return []string{""}, f
}

func isExpr(slot string) bool {
	return slot == "CONDITION" || slot == "SELECTION" || slot == "SOURCE" || slot == "VALUE"
}

// skip gives the index behind the tokens from i that fill a slot.
func (s stop) skip(i int, slot string, after []string) int {
	switch {
	case slot == "NUMBER" && s.tok(i).is("-"):
		return i + 2
	case slot == "MAP" || slot == "BLOCK" || slot == "PARAMETERS":
		return s.behindBrackets(i)
	case !isExpr(slot):
		return i + 1
	}
	for ; i < s.at; i++ {
		if s.tok(i).opens() {
			i = s.behindBrackets(i) - 1
		} else if len(after) > 0 && s.tok(i).is(strings.Trim(after[0], "[]")) {
			break
		}
	}
	return i
}

// behindBrackets gives the index behind the bracket that closes the one at i.
func (s stop) behindBrackets(i int) int {
	depth := 0
	for ; i < s.at; i++ {
		if s.tok(i).opens() {
			depth++
		} else if s.tok(i).closes() {
			depth--
		}
		if depth == 0 {
			return i + 1
		}
	}
	return i
}

// alternatives gives what may stand at the first slot: where it may be left out, also
// what follows it.
func alternatives(slots []string) []string {
	wants := strings.Split(strings.Trim(slots[0], "[]"), "|")
	if !strings.HasPrefix(slots[0], "[") {
		return wants
	}
	for len(slots) > 0 && !strings.HasSuffix(slots[0], "]") {
		slots = slots[1:]
	}
	if len(slots) == 1 {
		return append(wants, "")
	}
	return append(wants, alternatives(slots[1:])...)
}
