package params

import (
	"fmt"
	"slices"
)

// Check finds what is wrong with a job before any run of it: names of assets that it does
// not select, in templates too; names that a strict job does not declare; values of other
// types; templates over each other; and names with one key in run config. That a template
// is over a parameter without a value is none: the value may come with the launch. The
// error is [Problems].
func (j *Job) Check() error {
	var problems Problems
	checked := map[string]bool{}
	for _, n := range slices.Concat(j.Schema.Names(), j.Values.Names()) {
		if !checked[n.Asset] {
			checked[n.Asset] = !problems.add(j.checkAsset(n))
		}
	}
	for _, n := range j.Discover() {
		if p, undeclared := j.Declared(n).(Problem); undeclared {
			p.Message = fmt.Sprintf("The config of `%s` uses `%s`, which the job `%s` does not declare, and it is strict.", n.Asset, n.Param, j.Name)
			problems.add(p)
		}
	}
	for _, n := range j.Values.Names() {
		problems.add(j.Declared(n))
	}
	j.checkTemplates(&problems)
	_, err := j.Resolve(Layers{}, nil)
	problems.add(err)
	problems = slices.DeleteFunc(problems, func(p Problem) bool { return p.Kind == NoValue })
	problems.add(Collisions(j.names(Layers{}, j.Assets)))
	return problems.err()
}

// checkTemplates finds references to what there cannot be.
func (j *Job) checkTemplates(problems *Problems) {
	for _, of := range j.Values.Names() {
		value, _ := j.Values.Get(of)
		for _, r := range refsOf(value) {
			for _, err := range []error{j.checkAsset(r.name), j.Declared(r.name)} {
				if p, wrong := err.(Problem); wrong {
					p.Name = of // where it is written
					problems.add(p)
				}
			}
		}
	}
}
