package api

import (
	"fmt"
	"net"

	"auto/runtime/openlineage"
	"auto/runtime/project"
)

// Listen opens the address that a project names; nil where it names none.
func Listen(p *project.Project) (net.Listener, error) {
	if p.Config.HTTP.Listen == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", p.Config.HTTP.Listen)
	if err != nil {
		return nil, fmt.Errorf("nothing can listen at %s: %w", p.Config.HTTP.Listen, err)
	}
	return l, nil
}

// ForProject gives the API of a project: what its file says about tokens and bodies stands
// in the options. Both are those of the start; current gives the project in force, over
// whose assets OpenLineage events are read.
func ForProject(p *project.Project, current func() *project.Project, o Options) *API {
	o.Tokens, o.BodyLimit = p.Tokens(), p.Config.HTTP.BodyLimit
	o.Lineage = func() *openlineage.Translator { return lineage(current()) }
	return New(o)
}

// lineage gives what translates OpenLineage events for a project.
func lineage(p *project.Project) *openlineage.Translator {
	c := p.Config.OpenLineage
	o := openlineage.Options{Namespaces: c.Namespaces, Facet: c.Facet, Field: c.Field}
	for _, d := range c.Datasets {
		o.Datasets = append(o.Datasets, openlineage.Dataset(d))
	}
	return openlineage.New(o, p.Graph)
}
