package launcher

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"auto/runtime/dagster/gql"
)

// badInput reports whether an exception of Dagster is about what was asked, so that the same
// would come again: a partition key of another form, a job that there is not.
func badInput(class string) bool {
	return slices.Contains([]string{
		"ValueError", "CheckError", "ParameterCheckError", "DagsterInvalidDefinitionError",
		"DagsterInvalidSubsetError", "DagsterUnknownPartitionError", "DagsterInvalidConfigError", "DagsterInvalidInvocationError",
	}, class)
}

// problem gives what a member of a union that is an error says, as a sentence.
func problem(member any) string {
	switch m := member.(type) {
	case *LaunchLaunchRunInvalidStepError:
		return "There is no step `" + m.InvalidStepKey + "`."
	case *LaunchLaunchRunInvalidOutputError:
		return "The step `" + m.StepKey + "` has no output `" + m.InvalidOutputName + "`."
	case interface{ GetMessage() string }:
		return sentence(m.GetMessage())
	}
	return "It gives no reason."
}

// configProblems gives what is wrong with a run config, the first few of it.
func configProblems(invalid *LaunchLaunchRunRunConfigValidationInvalid) string {
	const most = 3
	var texts []string
	for _, e := range invalid.Errors {
		texts = append(texts, sentence(e.GetMessage()))
	}
	if len(texts) > most {
		texts = append(texts[:most], "There is more.")
	}
	return strings.Join(texts, " ")
}

// longest is how much of a message of Dagster is shown, in bytes.
const longest = 500

// sentence makes a message of Dagster one sentence on one line: without the module of an
// exception and the stack below it.
func sentence(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(message, "?")), "\n")
	line = short(withoutModule(strings.TrimSpace(line)))
	switch {
	case line == "":
		return "It gives no reason."
	case strings.HasSuffix(line, "…") || strings.ContainsAny(line[len(line)-1:], ".!?"):
		return line
	}
	return line + "."
}

// withoutModule shortens dagster._core.errors.SomeError: text to SomeError: text.
func withoutModule(line string) string {
	name, text, ok := strings.Cut(line, ": ")
	if dot := strings.LastIndex(name, "."); ok && dot >= 0 && !strings.Contains(name, " ") {
		return name[dot+1:] + ": " + text
	}
	return line
}

// short cuts a text after the longest that is shown.
func short(text string) string {
	if len(text) <= longest {
		return text
	}
	cut := longest
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// waitOf gives the least wait that an error of a call asks for.
func waitOf(err error) time.Duration {
	var e *gql.Error
	if errors.As(err, &e) {
		return e.Wait
	}
	return 0
}
