package files

import (
	"time"

	"auto/lang/ast"
	"auto/vm/graph"
)

// Env is what a files block can refer to outside itself.
type Env struct {
	// Graph holds the assets and jobs; nil where none is given, and then asset
	// keys, jobs and partitions are not checked.
	Graph *graph.Graph
	// Sources are the named sources of the project file; nil where there is no
	// project, and then any name is taken.
	Sources map[string]SourceDecl
	// Now is the instant that `pause until` is compared with; zero for none.
	Now time.Time
	// Declared reports whether a name is that of a `let`.
	Declared func(name string) bool
	// Getenv gives the value of an environment name that the project allows, and
	// false for any other.
	Getenv func(name string) (string, bool)
	// Evaluate gives the constant that an expression stands for: string, int64, bool,
	// time.Duration, []any, map[string]any; nil where a finding has been made about it;
	// and false where it is a condition or selection.
	Evaluate func(ast.Expr) (any, bool)
}

// SourceDecl is a source of the project file as a policy sees it.
type SourceDecl struct {
	// Kind is "s3" or "folder".
	Kind string
	// Bucket is the bucket of an s3 source, or the path of a folder.
	Bucket string
	// Prefix is the source's own, ending in "/" or empty; a policy's prefix stands
	// below it.
	Prefix string
}
