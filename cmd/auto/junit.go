package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"auto/lang/diag"
	"auto/runtime/scenario"
)

// junit is what `auto test --junit` writes: the form in which build servers read tests.
type junit struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr"`
	Seconds string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// add tells of a scenario that was played.
func (j *junit) add(file string, r *scenario.Result) {
	var took time.Duration
	for _, t := range r.Ticks {
		took += t.EvaluationTime
	}
	one := junitCase{Name: r.Name, File: filepath.ToSlash(file), Seconds: fmt.Sprintf("%.6f", took.Seconds())}
	if differences := r.Differences(); len(differences) > 0 {
		one.Failure = &junitFailure{plural(len(differences), "difference"), scenario.Diff(differences)}
	}
	j.put(one)
}

// broken tells of a scenario that could not be played.
func (j *junit) broken(file, name string, found diag.List) {
	j.put(junitCase{Name: name, File: filepath.ToSlash(file), Seconds: "0", Failure: &junitFailure{plural(len(found), "finding"), found[0].Error()}})
}

func (j *junit) put(one junitCase) {
	j.Tests++
	if one.Failure != nil {
		j.Failures++
	}
	j.Cases = append(j.Cases, one)
}

// write writes the file.
func (j *junit) write(name string) error {
	text, err := xml.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(xml.Header+string(text)+"\n"), 0o666)
}
