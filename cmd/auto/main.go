// Command auto checks, formats and runs automation policies for data assets.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"auto/lang/diag"
	"auto/runtime/clock"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// Exit codes (docs/operations.md, Exit codes).
const (
	exitFine     = 0
	exitFindings = 1
	exitFailed   = 2
	exitBug      = 3
)

// system is what the program has from outside: its streams, folder and clock.
type system struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	// color and progress: standard error is a terminal that may be drawn on.
	color, progress bool
	clock           clock.Clock
	getenv          func(name string) (string, bool)
}

// commands are the command line, for kong.
type commands struct {
	Init     initCommand     `cmd:"" help:"Write a small project that runs."`
	Check    checkCommand    `cmd:"" help:"Check policies, and the project they belong to."`
	Fmt      fmtCommand      `cmd:"" help:"Format policy files."`
	Match    matchCommand    `cmd:"" help:"Show what the rules of a policy make of file keys."`
	Test     testCommand     `cmd:"" help:"Run scenario files, and compare what is requested with what they expect."`
	Eval     evalCommand     `cmd:"" help:"Evaluate a condition over the assets of a scenario."`
	Explain  explainCommand  `cmd:"" help:"Say why an asset was requested on a tick of a scenario, or why not."`
	WhyNot   whyNotCommand   `cmd:"" help:"Say which facts would have to change for an asset to be requested."`
	REPL     replCommand     `cmd:"" name:"repl" help:"Try out conditions, events and ticks, line by line."`
	Compile  compileCommand  `cmd:"" help:"Show what conditions and files blocks become: ast, typed, plan, code."`
	Disasm   disasmCommand   `cmd:"" help:"Show a compiled program as text."`
	Asm      asmCommand      `cmd:"" help:"Compile the text of a program."`
	Graph    graphCommand    `cmd:"" help:"Look at assets, what they depend on and how."`
	Run      runCommand      `cmd:"" help:"Take events and files in, and launch runs: the daemon."`
	Event    eventCommand    `cmd:"" help:"Tell what happened: an asset was written, a run ended, and the like."`
	Status   statusCommand   `cmd:"" help:"Show sensors, their last ticks, what is owed, paused and wrong."`
	Backlog  backlogCommand  `cmd:"" help:"List what was decided and is not launched yet, and why."`
	Pause    pauseCommand    `cmd:"" help:"Launch nothing of some assets until an instant."`
	Resume   resumeCommand   `cmd:"" help:"End pauses and halts."`
	Why      whyCommand      `cmd:"" help:"Tell why an asset of the project was requested or not, and what became of it."`
	Plan     planCommand     `cmd:"" help:"Show what deploying a change would launch."`
	Replay   replayCommand   `cmd:"" help:"Run the journal again, as it was or under changed policies."`
	Params   paramsCommand   `cmd:"" help:"Look at the parameters of jobs, and change them."`
	Files    filesCommand    `cmd:"" help:"Look at the files that are remembered, or forget some."`
	Requests requestsCommand `cmd:"" help:"Look at the run requests, or deliver parked ones again."`
	Dagster  dagsterCommand  `cmd:"" help:"What a Dagster that auto drives needs."`
	Version  versionCommand  `cmd:"" help:"Show the version."`
	Help     helpCommand     `cmd:"" help:"Explain the code of a finding, such as A010."`
}

// findings is the error of a command that did its work and found something; the
// findings have been written.
type findings struct{ count int }

// Error gives the number of findings.
func (f findings) Error() string { return fmt.Sprintf("%d findings", f.count) }

func main() {
	color := term.IsTerminal(int(os.Stderr.Fd()))
	ctx, stop := signals()
	code := run(os.Args[1:], system{
		ctx: ctx, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		color: color && os.Getenv("NO_COLOR") == "", progress: color,
		clock: systemClock(), getenv: os.LookupEnv,
	})
	stop()
	os.Exit(code)
}

// run carries out one command line and gives the exit code.
func run(args []string, s system) (code int) {
	defer func() {
		if bug := recover(); bug != nil {
			fmt.Fprintf(s.stderr, "auto: this is a bug in auto, not in your files: %v\nPlease report it with the command that you ran and the output of `auto version`.\n", bug)
			code = exitBug
		}
	}()
	if i := slices.IndexFunc(args, notUTF8); i >= 0 {
		fmt.Fprintf(s.stderr, "auto: the argument %q is not UTF-8; write text in UTF-8, and other bytes as text, such as in Base64.\n", args[i])
		return exitFailed
	}
	exited := -1
	var line commands
	parser, err := kong.New(&line, kong.Name("auto"),
		kong.Description("Automation policies as code, for data assets."),
		kong.Writers(s.stdout, s.stderr), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Vars{"formats": "text,json,github,sarif"})
	if err != nil {
		panic(err)
	}
	parsed, err := parser.Parse(joinInstants(longRun(args)))
	if exited >= 0 { // --help was answered
		return exited
	}
	if err != nil {
		fmt.Fprintf(s.stderr, "auto: %v.\n%s\n", err, usageOf(err))
		return exitFailed
	}
	return s.finish(parsed.Run(s))
}

// notUTF8 reports whether an argument is one that the parser would make another text of.
func notUTF8(arg string) bool { return !utf8.ValidString(arg) }

// usageOf says how the command is used that a line got wrong.
func usageOf(err error) string {
	wrong, ok := errors.AsType[*kong.ParseError](err)
	if !ok || wrong.Context.Selected() == nil && len(wrong.Context.Path) < 2 {
		return "Run `auto --help` for the commands and `auto COMMAND --help` for the words of one."
	}
	node := wrong.Context.Selected()
	if node == nil { // a group of commands
		node = wrong.Context.Path[len(wrong.Context.Path)-1].Node()
	}
	if node.Leaf() {
		return fmt.Sprintf("Usage: auto %s\nRun `%s --help` for what that means.", node.Summary(), node.FullPath())
	}
	var names []string
	for _, child := range node.Children {
		names = append(names, child.Name)
	}
	return fmt.Sprintf("Write one of %s; `%s --help` says what they do.", strings.Join(names, ", "), node.FullPath())
}

// longRun allows `-run` for `auto test --run`, as `go test` has it.
func longRun(args []string) []string {
	out := slices.Clone(args)
	for i, arg := range out {
		if len(out) > 0 && out[0] == "test" && (arg == "-run" || strings.HasPrefix(arg, "-run=")) {
			out[i] = "-" + arg
		}
	}
	return out
}

// earlier finds an instant that begins as a flag does, such as -5m.
var earlier = regexp.MustCompile(`^-\d+[wdhms]`)

// joinInstants allows `--at -5m` for `--at=-5m`.
func joinInstants(args []string) []string {
	var out []string
	for _, arg := range args {
		if last := len(out) - 1; last >= 0 && slices.Contains([]string{"--at", "--since", "--until"}, out[last]) && earlier.MatchString(arg) {
			out[last] += "=" + arg
			continue
		}
		out = append(out, arg)
	}
	return out
}

// finish turns the end of a command into the exit code, and says what went wrong.
func (s system) finish(err error) int {
	var found findings
	var one diag.Diagnostic
	var list findingList
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &found):
		return exitFindings
	case errors.As(err, &list):
		s.write(diag.Text, diag.List(list))
		return exitFailed
	case errors.As(err, &one):
		s.write(diag.Text, diag.List{one})
		return exitFailed
	}
	fmt.Fprintf(s.stderr, "auto: %v\n", err)
	return exitFailed
}

// findingList is the error of a command that could not do its work because of
// findings.
type findingList diag.List

// Error gives the first finding.
func (l findingList) Error() string { return l[0].Error() }

// write writes findings: text to standard error, the forms for machines to standard
// output.
func (s system) write(format diag.Format, list diag.List) {
	out := s.stdout
	if format == diag.Text {
		out = s.stderr
	}
	if err := diag.Write(out, format, list, diag.Style{Color: s.color}); err != nil {
		fmt.Fprintf(s.stderr, "auto: the findings could not be written: %v\n", err)
	}
}
