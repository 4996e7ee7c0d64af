package params

import "slices"

// Line is one parameter in all its places: shared, and as each asset sees it.
type Line struct {
	Param  string
	Shared Cell
	// Assets are in the order of the job's.
	Assets []Cell
}

// Cell is a parameter in one place. Its row has what is seen there, and where it comes
// from; a value that is not the place's own is inherited.
type Cell struct {
	Row
	// Own: the place has a value of its own in the job's file or among the edits.
	Own bool
	// Edited: it is among the edits, so that it can be taken away.
	Edited bool
	// Used: the asset uses the parameter, as far as that is known; a shared parameter is
	// used where any asset does.
	Used bool
}

// Matrix gives every parameter of a job with its value in each place, in the order in which
// they are declared and then by name. Values of secrets are left out. Stored values of
// assets that the job does not select are not in it, see [Job.View]. The error is that of
// [Job.Resolve], beside the lines.
func (j *Job) Matrix(s Stored) ([]Line, error) {
	with := j.With(s)
	l := Layers{Operations: s.Values}
	r, err := with.Resolve(l, nil)
	m := matrix{job: with, stored: s.Values, Resolution: r, missing: map[Name]bool{}}
	for _, n := range r.Missing() {
		m.missing[n] = true
	}
	var lines []Line
	seen := map[string]bool{}
	for _, n := range slices.Concat(with.Schema.Names(), with.names(l, with.Assets), r.Missing()) {
		if !seen[n.Param] {
			seen[n.Param] = true
			lines = append(lines, m.line(n.Param))
		}
	}
	return lines, err
}

type matrix struct {
	*Resolution
	job     *Job
	stored  Values
	missing map[Name]bool
}

func (m *matrix) line(param string) Line {
	l := Line{Param: param, Shared: m.cell(Name{Param: param})}
	for _, asset := range m.job.Assets {
		c := m.cell(Name{asset, param})
		c.Used = c.Used || c.Own || m.job.Uses == nil || slices.Contains(m.job.Uses[asset], param)
		l.Shared.Used = l.Shared.Used || c.Used
		l.Assets = append(l.Assets, c)
	}
	return l
}

func (m *matrix) cell(n Name) Cell {
	_, inFile := m.job.Values.Get(n)
	_, edited := m.stored.Get(n)
	_, declared := m.resolver.decls.find(n)
	missing := m.missing[n] || m.missing[Name{Param: n.Param}] && !m.resolver.resolve(n).Set()
	return Cell{Row: m.row(n, missing), Own: inFile || edited, Edited: edited, Used: declared || m.missing[n]}
}
