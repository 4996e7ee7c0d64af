package params

import "slices"

// Convert gives the job's schema with prefixed names: a parameter that an asset has a
// value of its own for is listed for each asset that uses it, with its type and default.
// It stays shared beside that where a shared value is in use, in the job's file or in
// values, where a template refers to it, or where an asset that is listed already takes its
// default. Where no asset has such a value the schema stays as
// it is; what is prefixed already stays, so that converting twice is converting once. A
// value that is not declared gets an optional declaration of its type.
func (j *Job) Convert(values Values) Schema {
	c := newConverter(j, values)
	var own Schema // the shared declarations of what assets have values for
	for _, e := range j.Schema {
		owned := e.Name.Shared() && c.owned[e.Name.Param]
		if owned {
			own = append(own, e)
		}
		if !owned || c.used[e.Name.Param] || c.lends(e) {
			c.list(e)
		}
	}
	for _, asset := range j.Assets {
		c.expand(own, asset)
	}
	return c.out
}

type converter struct {
	job *Job
	// values are those that are given for assets, by asset, and owned the parameters that
	// any asset of the job has a value for. used are the shared parameters that have a value or
	// that a template refers to.
	values map[string]map[string]any
	owned  map[string]bool
	used   map[string]bool
	out    Schema
	listed map[Name]bool
}

func newConverter(j *Job, values Values) *converter {
	c := &converter{job: j, values: map[string]map[string]any{}, owned: map[string]bool{}, used: map[string]bool{}, listed: map[Name]bool{}}
	for _, v := range []Values{values, j.Values} {
		for _, n := range v.Names() {
			value, _ := v.Get(n)
			c.take(n, value)
		}
	}
	for _, asset := range j.Assets {
		for param := range c.values[asset] {
			c.owned[param] = true
		}
	}
	return c
}

// take notes a value that is given. The job's file comes last, as its types go first.
func (c *converter) take(n Name, value any) {
	for _, r := range refsOf(value) {
		if r.name.Shared() {
			c.used[r.name.Param] = true
		}
	}
	if n.Shared() {
		c.used[n.Param] = true
		return
	}
	if c.values[n.Asset] == nil {
		c.values[n.Asset] = map[string]any{}
	}
	c.values[n.Asset][n.Param] = value
}

// lends reports whether a shared parameter has a default that an asset takes for a
// declaration of its own without one.
func (c *converter) lends(e Entry) bool {
	return e.Decl.Default != nil && slices.ContainsFunc(c.job.Schema, func(own Entry) bool {
		return !own.Name.Shared() && own.Name.Param == e.Name.Param && own.Decl.Default == nil
	})
}

func (c *converter) list(e Entry) {
	if !c.listed[e.Name] {
		c.listed[e.Name] = true
		c.out = append(c.out, e)
	}
}

// expand lists what an asset uses of the parameters that assets have values for.
func (c *converter) expand(own Schema, asset string) {
	for _, e := range own {
		if n := (Name{asset, e.Name.Param}); c.uses(n) {
			c.list(Entry{n, e.Decl})
		}
	}
	for _, param := range sortedKeys(c.values[asset]) {
		c.list(Entry{Name{asset, param}, Infer(c.values[asset][param])})
	}
}

// uses reports whether an asset has a value, or its config uses the parameter, or no
// config tells.
func (c *converter) uses(n Name) bool {
	_, has := c.values[n.Asset][n.Param]
	return has || c.job.Uses == nil || slices.Contains(c.job.Uses[n.Asset], n.Param)
}
