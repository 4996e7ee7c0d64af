package code

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files gives the assembler texts that tests begin with, by name.
func files(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{"example": example}
	paths, err := filepath.Glob(filepath.Join("testdata", "*.asm"))
	if err != nil || len(paths) < 2 {
		t.Fatalf("testdata: %v, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(path)] = string(text)
	}
	return out
}

func parse(t testing.TB, text string) *Program {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// TestFiles holds the assembler texts to be valid, and to say what they say in each form.
func TestFiles(t *testing.T) {
	for name, text := range files(t) {
		t.Run(name, func(t *testing.T) {
			p := parse(t, text)
			if err := Verify(p); err != nil {
				t.Fatal(err)
			}
			roundTrip(t, p)
		})
	}
}

// roundTrip writes a program in both forms and reads it again.
func roundTrip(t testing.TB, p *Program) {
	t.Helper()
	if diff := cmp.Diff(p, parse(t, p.Text())); diff != "" {
		t.Fatalf("as text: %s\n%s", diff, p.Text())
	}
	decoded, err := Decode(Encode(p))
	if err != nil {
		t.Fatalf("%v\n%s", err, p.Text())
	}
	if diff := cmp.Diff(p, decoded); diff != "" {
		t.Fatalf("as bytes: %s\n%s", diff, p.Text())
	}
}

// TestEveryOperation has each operation of the table in a file that is valid.
func TestEveryOperation(t *testing.T) {
	seen := map[Op]bool{}
	for _, text := range files(t) {
		for _, b := range parse(t, text).Blocks {
			for _, in := range b.Code {
				seen[in.Op] = true
			}
		}
	}
	for i, spec := range Table {
		if spec.Op != Op(i+1) {
			t.Errorf("%s is not at its place in the table", spec.Name)
		}
		if !seen[spec.Op] {
			t.Errorf("no file has %s", spec.Name)
		}
	}
}

func TestParseErrors(t *testing.T) {
	const block = "block0 registers 2 node0:\n"
	for _, c := range []struct{ text, want string }{
		{"fact0 = misssing", "line 1, column 9: `misssing` is no kind of fact. Write one of all_new_updates_have_run_tags, already_requested, any_new_update_has_run_tags, backfill_in_progress, check_failed, check_passed, data_version_changed, executed_with_tags, execution_failed, freshness_failed, freshness_passed, freshness_warned, in_latest_time_window, missing, newly_updated, outdated, outdated_in_latest_time_window, run_in_progress."},
		{"\nfact1 = missing", "line 2, column 1: The entries of a table are numbered in order. Write `fact0` here."},
		{"fact0 missing", "line 1, column 7: `missing` stands where `=` has to. Write `=` before it."},
		{"fact0 = missing missing", "line 1, column 17: `missing` stands behind the end of what the line says. Take it away or begin a new line."},
		{"fact0 = in_latest_time_window lookback 3", "line 1, column 40: `3` is not a duration. Write it in double quotes."},
		{`fact0 = in_latest_time_window lookback "3 days"`, "line 1, column 40: \"3 days\" is not a duration. Write such as \"36h0m0s\"."},
		{`fact0 = executed_with_tags values ["a": "1", "a": "2"]`, "line 1, column 46: The tag \"a\" is there twice. Leave one out."},
		{`key0 = "é" é`, "line 1, column 12: The character 'é' means nothing here. Put text in double quotes, and comments behind `#`."},
		{"key0 = \"a\n\"", "line 1, column 8: The text does not end on its line, or has an escape that there is not. Write it as Go does: \"a \\\"b\\\"\"."},
		{"facts", "line 1, column 1: `facts` begins no line. Write an entry such as `fact0 = missing`, or a block such as `block0 registers 2 node0:` with its instructions below."},
		{`key0 = "a"` + "\n" + `]`, "line 2, column 1: `]` begins no line. Write an entry such as `fact0 = missing`, or a block such as `block0 registers 2 node0:` with its instructions below."},
		{"key99999 = \"a\"", "line 1, column 1: `key99999` is not a number. Write such as `3`, at most 65535."},
		{"state0 = since [\"a\" \"b\"]", "line 1, column 21: \"b\" stands where `,` has to. Write `,` before it."},
		{"state0 = since [\"a\"", "line 1, column 20: the end of the text stands where `,` has to. Write `,` before it."},
		{"state0 = version [40000 \"a\"]", "line 1, column 19: `40000` is too large. Write at most 32767."},
		{"state0 = version [state1 \"a\"]", "line 1, column 26: \"a\" stands where `at` has to. Write `at` before it."},
		{"state0 = newly [state65535]", "line 1, column 17: `state65535` is too large. Write at most state65534."},
		{"time0 = later block0 r1", "line 1, column 9: `later` is no kind of time. Write one of call, cron, request, trigger, update."},
		{"time0 = cron b0 r1", "line 1, column 14: `b0` is not a block. Write such as `block3`, at most 65535."},
		{"block0 registers 2 node0\n", "line 1, column 25: the end of the line stands where `:` has to. Write `:` before it."},
		{block + "  1  return r0", "line 2, column 3: The next position is 0. Write it, or leave the position out."},
		{block + "  0  add r0", "line 2, column 6: `add` is no operation. Write one of none, all, fact, within, asked, asking, first, cron, version, root, and, or, sub, since, newly, anydeps, alldeps, anychecks, allchecks, match, lacking, coming, skip, return, matched, earliest, targets, base, otherwise."},
		{block + "  return f0", "line 2, column 10: `f0` is not a register. Write such as `r3`, at most 65535."},
		{block + "  and r1 r0, r0", "line 2, column 10: `r0` stands where `,` has to. Write `,` before it."},
		{block + "  skip r0, r1", "line 2, column 12: `r1` is not a position. Write such as `3`, at most 65535."},
		{block + "  otherwise r0, drop", "line 2, column 17: `drop` is no kind of outcome. Write one of error, ignore, quarantine, request."},
		{"node0 = \"AND\" in block0 r1", "line 1, column 27: the end of the text stands where `of` has to. Write `of` before it."},
		{"node0 = \"AND\" in block0 r1 of r0 call 65535", "line 1, column 39: `65535` is too large. Write at most 65534."},
		{"rule0 = sales", "line 1, column 9: `sales` is not the name of a rule. Write it in double quotes."},
	} {
		_, err := Parse(c.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != c.want {
			t.Errorf("%s:\n have %v\n want %s", c.text, err, c.want)
		}
	}
}

// TestText has comments behind instructions and the tree of nodes.
func TestText(t *testing.T) {
	path := filepath.Join("testdata", "example.golden")
	have := parse(t, example).Text()
	if *update {
		if err := os.WriteFile(path, []byte(have), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), have); diff != "" {
		t.Error(diff)
	}
}

// TestTextOfAnything shows programs that cannot be run.
func TestTextOfAnything(t *testing.T) {
	p := &Program{
		Facts:  []Fact{{Kind: 99}},
		States: []State{{Kind: 9, Trigger: 7}},
		Times:  []Time{{Kind: 9}},
		Blocks: []Block{{Code: []Instr{{Op: 99}, {Op: Otherwise, Args: [4]uint16{1, 9}}, {Op: AnyDeps, Args: [4]uint16{1, 0, 77}}}, Node: -1}},
		Nodes:  []Node{{Name: "a\nb", Children: []uint16{0, 77}, Call: 3}, {Block: 9, Call: 9}},
	}
	if p.Text() == "" {
		t.Error("no text")
	}
	if err := Verify(p); err == nil {
		t.Error("it is verified")
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range files(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("no place: %v", err)
			}
			return
		}
		_ = p.Text()
		if Verify(p) == nil {
			roundTrip(t, p)
		}
	})
}
