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
	c := converter{job: j, given: []Values{j.Values, values}}
	var out Schema
	for _, e := range j.Schema {
		if !e.Name.Shared() || !c.own(e.Name.Param) || c.inUse(e.Name.Param) || c.lends(e) {
			out = append(out, e)
		}
	}
	for _, asset := range j.Assets {
		out = c.expand(out, asset)
	}
	return out
}

type converter struct {
	job   *Job
	given []Values
}

// own reports whether an asset has a value of its own.
func (c *converter) own(param string) bool {
	return slices.ContainsFunc(c.job.Assets, func(asset string) bool { return c.has(Name{asset, param}) })
}

func (c *converter) has(n Name) bool {
	return slices.ContainsFunc(c.given, func(v Values) bool { _, ok := v.Get(n); return ok })
}

// inUse reports whether a shared parameter has a value, or a template refers to it.
func (c *converter) inUse(param string) bool {
	shared := Name{Param: param}
	return c.has(shared) || slices.ContainsFunc(c.given, func(v Values) bool {
		return slices.ContainsFunc(v.Names(), func(n Name) bool {
			value, _ := v.Get(n)
			return slices.ContainsFunc(refsOf(value), func(r ref) bool { return r.name == shared })
		})
	})
}

// lends reports whether a shared parameter has a default that an asset takes for a
// declaration of its own without one.
func (c *converter) lends(e Entry) bool {
	return e.Decl.Default != nil && slices.ContainsFunc(c.job.Schema, func(own Entry) bool {
		return !own.Name.Shared() && own.Name.Param == e.Name.Param && own.Decl.Default == nil
	})
}

// expand lists what an asset uses of the parameters that assets have values for.
func (c *converter) expand(out Schema, asset string) Schema {
	for _, e := range c.job.Schema {
		n := Name{asset, e.Name.Param}
		if _, listed := out.Find(n); e.Name.Shared() && !listed && c.own(n.Param) && c.uses(n) {
			out = append(out, Entry{n, e.Decl})
		}
	}
	for _, n := range c.names(asset) {
		if _, listed := out.Find(n); !listed {
			out = append(out, Entry{n, c.infer(n)})
		}
	}
	return out
}

// uses reports whether an asset has a value, or its config uses the parameter, or no
// config tells.
func (c *converter) uses(n Name) bool {
	return c.job.Uses == nil || c.has(n) || slices.Contains(c.job.Uses[n.Asset], n.Param)
}

// names gives the names of an asset that have values, sorted.
func (c *converter) names(asset string) []Name {
	var names []Name
	for _, v := range c.given {
		for _, n := range v.Names() {
			if n.Asset == asset {
				names = append(names, n)
			}
		}
	}
	slices.SortFunc(names, compareNames)
	return slices.Compact(names)
}

func (c *converter) infer(n Name) Decl {
	for _, v := range c.given {
		if value, ok := v.Get(n); ok {
			return Infer(value)
		}
	}
	return Decl{Type: String}
}
