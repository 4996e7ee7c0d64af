// Package layout holds the shape of the repository: which packages may import
// which (docs/architecture.md), and what stands at the top.
package layout

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ranks orders the packages: an import goes to a lower rank only. A path stands
// for all packages below it that have no entry of their own.
var ranks = map[string]int{
	"lang/source": 0, "vm/bits": 0, "vm/cron": 0,
	"lang/diag": 10, "lang/ast": 10, "vm/code": 10, "vm/graph": 10, "vm/match": 10,
	"lang/types": 20, "lang/parse": 20, "lang/format": 21, "lang/template": 20, "vm/space": 20, "vm/runs": 21, "vm": 22,
	"stdlib":             30,
	"compiler/condition": 40, "compiler/plan": 41, "compiler/files": 41, "compiler": 42,
	"runtime/clock": 50, "runtime/failpoint": 50, "runtime/request": 49, "runtime/sources": 50, "runtime/tracing": 50, "runtime/values": 49, "runtime/params": 50, "runtime/yamldoc": 50,
	"runtime/facts": 51, "runtime/graphdoc": 51, "runtime/paramdoc": 51, "runtime/sources/s3": 51, "runtime/sources/folder": 51, "runtime/store": 51, "runtime/events": 52, "runtime/openlineage": 53, "runtime/journal": 53, "runtime/backlog": 54, "runtime/stale": 54, "runtime/dispatch": 55, "runtime/rules": 52, "runtime/launch": 51,
	"runtime/sources/sourcetest": 52, "runtime/store/sqlite": 52, "runtime/seen": 52, "runtime/project": 52,
	"runtime/store/storetest": 53, "runtime/outbox": 53, "runtime/sensor": 54, "runtime/dagster": 58, "runtime/dagster/gql": 51, "runtime/dagster/deployment": 53, "runtime/dagster/runtags": 53, "runtime/dagster/assets": 54, "runtime/dagster/state": 54, "runtime/dagster/launcher": 54, "runtime/dagster/pull": 54, "runtime/dagster/serdes": 52, "runtime/dagster/codeserver": 54,
	"runtime/dagster/python": 50,
	"runtime/engine":         53, "runtime/explain": 55, "runtime/control": 56, "runtime/parameters": 57, "runtime/live": 57, "runtime/metrics": 57, "runtime/history": 58, "runtime/api": 58, "runtime/automation": 59, "runtime/web": 59,
	"runtime/scenario": 58, "runtime/play": 59, "runtime/repl": 61,
	"runtime":  62,
	"cmd/auto": 70,
}

// leaves may be imported from everywhere below cmd, and import nothing of ours.
var leaves = []string{"internal/spell", "internal/strftime"}

// tops is everything that may stand at the top of the repository.
var tops = []string{"lang", "compiler", "vm", "runtime", "stdlib", "cmd", "examples", "docs", "internal", "go.mod", "go.sum", "README.md", "CHANGELOG.md", "Makefile"}

const module = "auto/"

func TestImportsGoDown(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && file != root {
			return filepath.SkipDir
		}
		if strings.HasSuffix(file, ".go") {
			checkFile(t, root, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, root, file string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	relative, err := filepath.Rel(root, file)
	if err != nil {
		t.Error(err)
		return
	}
	from := path.Dir(filepath.ToSlash(relative))
	for _, spec := range parsed.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		checkEdge(t, relative, from, to)
	}
}

func checkEdge(t *testing.T, file, from, to string) {
	t.Helper()
	if to == "github.com/alecthomas/participle/v2" && from != "lang/parse" {
		t.Errorf("%s imports participle: only lang/parse may", file)
	}
	to, ours := strings.CutPrefix(to, module)
	if !ours || slices.Contains(leaves, to) {
		return
	}
	if strings.HasPrefix(from, "internal/") || strings.HasSuffix(file, "_test.go") {
		return // tests and their tools look at everything
	}
	if strings.HasPrefix(to, "internal/") {
		t.Errorf("%s imports %s, which is for tests", file, to)
		return
	}
	low, high := rank(t, to), rank(t, from)
	if low >= high {
		t.Errorf("%s: %s (rank %d) imports %s (rank %d): imports go to lower ranks only", file, from, high, to, low)
	}
	if strings.HasPrefix(from, "vm") && strings.HasPrefix(to, "lang") || strings.HasPrefix(from, "lang") && strings.HasPrefix(to, "vm") {
		t.Errorf("%s: %s imports %s: lang and vm do not know each other", file, from, to)
	}
}

func rank(t *testing.T, pkg string) int {
	t.Helper()
	for at := pkg; at != "."; at = path.Dir(at) {
		if r, ok := ranks[at]; ok {
			return r
		}
	}
	t.Errorf("package %s has no rank: add it to the table and to docs/architecture.md", pkg)
	return 0
}

func TestNothingElseAtTheTop(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(tops, e.Name()) {
			t.Errorf("%s stands at the top of the repository", e.Name())
		}
	}
}
