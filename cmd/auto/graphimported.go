package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/dagster/assets"
	"auto/runtime/dagster/deployment"
	"auto/runtime/project"
	"auto/vm/graph"
)

// importing is an import that is ready to be written.
type importing struct {
	graphImportDagsterCommand
	// project is nil where there is none.
	project  *project.Project
	target   string
	d        *deployment.Deployment
	imported assets.Imported
	text     string
}

// finish compares with the file that there is, and writes the new one.
func (i importing) finish(s system) error {
	before, exists, err := i.before()
	if err != nil {
		return err
	}
	file := s.stdout
	if i.target == toStdout {
		s.stdout = s.stderr // all that is said about it
	}
	out := importSummary{
		File: filepath.ToSlash(i.target), Version: i.d.Version, Locations: len(i.d.Locations), Assets: len(i.imported.Assets), Jobs: len(i.imported.Jobs), LeftOut: append([]assets.LeftOut{}, i.imported.LeftOut...),
		Differs: string(before) != i.text, Changes: i.changes(before, exists),
	}
	if out.Differs && !i.Check {
		if err := i.write(file, before, exists); err != nil {
			return errors.Join(i.refused(s, out, err), err)
		}
		out.Written = true
	}
	return errors.Join(i.show(s, out), i.unread(s), i.found(out))
}

// before gives the file that there is.
func (i importing) before() (text []byte, exists bool, err error) {
	if i.target == toStdout {
		return nil, false, nil
	}
	text, err = os.ReadFile(i.target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return text, err == nil, err
}

// refused tells of an import that was not written what was found.
func (i importing) refused(s system, out importSummary, why error) error {
	if !i.JSON {
		s.write(diag.Text, i.imported.Findings)
		return nil
	}
	if found, ok := errors.AsType[diag.Diagnostic](why); ok {
		i.imported.Findings = append(i.imported.Findings, found)
	}
	return s.importJSON(out, i.imported.Findings)
}

// unread says so where the project does not read the file.
func (i importing) unread(s system) error {
	if i.project == nil || i.Check || i.JSON || i.target == toStdout || slices.ContainsFunc(i.project.Watched(), func(read string) bool { return sameFile(read, i.target) }) {
		return nil
	}
	_, err := fmt.Fprintf(s.stdout, "The project does not read it: name it under `assets` in %s.\n", filepath.ToSlash(filepath.Join(i.project.Dir, project.FileName)))
	return err
}

// write writes the file, or to standard output, where that is allowed.
func (i importing) write(stdout io.Writer, before []byte, exists bool) error {
	if !i.d.Complete() && !i.Partial {
		return errors.New("nothing was written, because not all code locations are loaded")
	}
	if why := assets.Untouched(before); exists && why != nil && !i.Force {
		return diag.Diagnostic{Code: diag.EditedByHand, Message: fmt.Sprintf("`%s` is not overwritten: %v.", filepath.ToSlash(i.target), why),
			Help: "Move what is written by hand into another file and use `--force`, or name another file by `-o`."}
	}
	if i.target == toStdout {
		_, err := io.WriteString(stdout, i.text)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(i.target), 0o755); err != nil {
		return err
	}
	return replaceFile(i.target, i.text)
}

// changes compares the assets of the file that there is with those that would be written.
func (i importing) changes(before []byte, exists bool) []assets.Change {
	if !exists {
		return []assets.Change{}
	}
	old, found := project.Assets(source.New(filepath.ToSlash(i.target), string(before)))
	if found.HasErrors() {
		return []assets.Change{{Key: filepath.ToSlash(i.target), What: "It cannot be read as an asset file."}}
	}
	g, _ := graph.New(old, nil)
	return append([]assets.Change{}, assets.CompareImport(g, i.d, i.imported)...)
}

// found is the end of the command: nil where there is nothing to look at.
func (i importing) found(out importSummary) error {
	if n := len(i.imported.Findings); n > 0 || i.Check && out.Differs {
		return findings{n}
	}
	return nil
}

// importSummary is what an import did.
type importSummary struct {
	File      string `json:"file"`
	Version   string `json:"version"`
	Locations int    `json:"locations"`
	Assets    int    `json:"assets"`
	// Jobs is how many are imported, LeftOut are those that the project defines elsewhere.
	Jobs    int              `json:"jobs"`
	LeftOut []assets.LeftOut `json:"left_out"`
	Differs bool             `json:"differs"`
	Written bool             `json:"written"`
	Changes []assets.Change  `json:"changes"`
}

// show tells what was done, and the findings.
func (i importing) show(s system, out importSummary) error {
	if i.JSON {
		return s.importJSON(out, i.imported.Findings)
	}
	s.write(diag.Text, i.imported.Findings)
	fmt.Fprintf(s.stdout, "Dagster %s has %s with %s and %s%s.\n", out.Version, plural(out.Locations, "code location"), plural(out.Assets, "asset"), plural(out.Jobs+len(out.LeftOut), "job"), out.leftOut())
	for _, change := range out.Changes {
		fmt.Fprintf(s.stdout, "  %s\n", visible(change.String()))
	}
	_, err := fmt.Fprintln(s.stdout, out.outcome())
	return err
}

// leftOut says which jobs are left out, and why.
func (o importSummary) leftOut() string {
	var files []string
	for _, job := range o.LeftOut {
		if !slices.Contains(files, job.File) {
			files = append(files, job.File)
		}
	}
	has, is := "has it", "is"
	if len(o.LeftOut) > 1 {
		has, is = "has them", "are"
	}
	switch last := len(files) - 1; {
	case last < 0:
		return ""
	case last == 0:
		return fmt.Sprintf("; %d %s left out: %s %s", len(o.LeftOut), is, files[0], has)
	default:
		return fmt.Sprintf("; %d are left out: %s and %s have them", len(o.LeftOut), strings.Join(files[:last], ", "), files[last])
	}
}

// outcome says what became of the file.
func (o importSummary) outcome() string {
	switch {
	case o.Written && o.File == toStdout:
		return "Wrote it to standard output."
	case o.Written:
		return "Wrote " + o.File + "."
	case !o.Differs:
		return o.File + " is as Dagster has it."
	case len(o.Changes) == 0:
		return o.File + " differs in what changes nothing for policies, such as descriptions and jobs."
	}
	return o.File + " differs from what Dagster has."
}

// importJSON writes the summary with the findings as one object.
func (s system) importJSON(out importSummary, found diag.List) error {
	type finding struct {
		Code    diag.Code `json:"code"`
		Message string    `json:"message"`
		Help    string    `json:"help,omitempty"`
	}
	list := []finding{}
	for _, d := range found {
		list = append(list, finding{d.Code, d.Message, d.Help})
	}
	e := json.NewEncoder(s.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		importSummary
		Findings []finding `json:"findings"`
	}{out, list})
}
