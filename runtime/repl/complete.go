package repl

import (
	"slices"
	"strings"
	"unicode"

	"auto/lang/types"
	"auto/runtime/scenario"
	"auto/stdlib"
)

// maxPartitions is how many partition keys are offered: the latest ones.
const maxPartitions = 100

// completer gives the word at the end of a text, and the words that it may become; those
// that do not begin with it are left out later.
type completer func(r *REPL, text string) (word string, words []string)

// Complete gives what the word at the end of a line may become: the line up to the word,
// and the words, sorted.
func (r *REPL) Complete(line string) (head string, words []string) {
	word, all := completeLine(r, line)
	for _, w := range all {
		if strings.HasPrefix(w, word) {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	return strings.TrimSuffix(line, word), slices.Compact(words)
}

func completeLine(r *REPL, line string) (word string, words []string) {
	if !strings.HasPrefix(line, ":") {
		return completeExpression(r, line)
	}
	name, args, behind := strings.Cut(line, " ")
	for _, c := range commands() {
		switch {
		case !behind && c.args == "":
			words = append(words, ":"+c.name)
		case !behind:
			words = append(words, ":"+c.name+" ")
		case ":"+c.name == name && c.complete != nil:
			return c.complete(r, strings.TrimLeft(args, " "))
		}
	}
	return name, words
}

// completeKey completes the key of an asset or check.
func completeKey(r *REPL, text string) (word string, words []string) {
	now, err := r.now()
	if err != nil || strings.Contains(text, " ") {
		return text, nil // what is wrong is said when the line is answered
	}
	return text, now.entities()
}

// completeSubject completes ASSET[PARTITION].
func completeSubject(r *REPL, text string) (word string, words []string) {
	key, partition, ok := strings.Cut(text, "[")
	if !ok {
		return completeKey(r, text)
	}
	for _, p := range r.partitions(key) {
		words = append(words, p+"]")
	}
	return partition, words
}

// completeKeyAndExpression completes ASSET EXPR.
func completeKeyAndExpression(r *REPL, text string) (word string, words []string) {
	if _, rest, ok := strings.Cut(text, " "); ok {
		return completeExpression(r, rest)
	}
	return completeKey(r, text)
}

// completeEvent completes KIND KEY [WORD…] [field=VALUE…].
func completeEvent(r *REPL, text string) (word string, words []string) {
	fields := strings.Fields(text)
	if strings.TrimRightFunc(text, unicode.IsSpace) != text || text == "" {
		fields = append(fields, "") // a word begins behind any blank
	}
	last := len(fields) - 1
	word = fields[last]
	if last == 0 {
		for _, k := range kinds {
			words = append(words, k.name+" ")
		}
		return word, words
	}
	k, ok := kindOf(fields[0])
	switch now, err := r.now(); {
	case !ok || err != nil:
		return word, nil
	case last == 1:
		return word, slices.DeleteFunc(now.entities(), func(key string) bool { return !k.about(key) })
	}
	for _, f := range k.fields {
		words = append(words, f+"=")
	}
	if k.words == "partitions" {
		words = append(words, r.partitions(fields[1])...)
	}
	return word, append(words, k.choices...)
}

// about reports whether events of the kind are about assets and checks of a key.
func (k kind) about(key string) bool {
	switch k.name {
	case "check":
		return scenario.IsCheck(key)
	case "condition":
		return true
	case "run", "backfill", "dynamic":
		return false
	}
	return !scenario.IsCheck(key)
}

// partitions gives the latest partition keys of an asset or check.
func (r *REPL) partitions(key string) []string {
	now, err := r.now()
	if err != nil {
		return nil
	}
	keys := now.keys(key)
	if keys == nil {
		return nil
	}
	var out []string
	for i := max(0, keys.Len()-maxPartitions); i < keys.Len(); i++ {
		out = append(out, keys.Key(i))
	}
	return out
}

// completeExpression completes the last name of an expression: within quotes the key of an
// asset or check, behind a dot a method, else a word of the vocabulary or of the project.
func completeExpression(r *REPL, text string) (word string, words []string) {
	if open, ok := openString(text); ok {
		if now, err := r.now(); err == nil {
			for _, key := range now.entities() {
				words = append(words, key+`"`)
			}
		}
		return open, words
	}
	start := len(text)
	for start > 0 && isNamePart(text[start-1]) {
		start--
	}
	method := start > 0 && text[start-1] == '.'
	for _, e := range stdlib.Table() {
		if (e.Kind == stdlib.Method) == method && e.Kind != stdlib.Origin {
			words = append(words, called(e))
		}
	}
	if r.Project != nil && !method {
		words = append(words, r.Project.names...)
	}
	return text[start:], words
}

// called gives a word as a call, closed where it needs no arguments.
func called(e stdlib.Entry) string {
	if slices.ContainsFunc(e.Params, func(p types.Param) bool { return p.Default == "" }) {
		return e.Name + "("
	}
	return e.Name + "()"
}

// openString gives what of a string at the end of a text is written so far.
func openString(text string) (string, bool) {
	start := -1
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && start >= 0:
			i++
		case text[i] == '"' && start >= 0:
			start = -1
		case text[i] == '"':
			start = i + 1
		}
	}
	if start < 0 {
		return "", false
	}
	return text[start:], true
}

func isNamePart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
