package api

import (
	"net/url"
	"strings"
)

// part gives what stands in a path for a name in braces.
func (c *call) part(name string) string { return c.parts[name] }

// find gives the path of the routes that a path is one of, and what stands for its names in
// braces; "" where there is none. A slash within a name is written %2F.
func (a *API) find(escaped string) (path string, parts map[string]string) {
	if _, ok := a.routes[escaped]; ok {
		return escaped, nil
	}
	given := strings.Split(escaped, "/")
	for path := range a.routes {
		if parts, ok := within(strings.Split(path, "/"), given); ok {
			return path, parts
		}
	}
	return "", nil
}

// within reads the parts of a path, and gives false where it is another one.
func within(pattern, given []string) (map[string]string, bool) {
	if len(pattern) != len(given) {
		return nil, false
	}
	parts := map[string]string{}
	for i, p := range pattern {
		name, named := strings.CutPrefix(p, "{")
		if !named && p != given[i] {
			return nil, false
		}
		if !named {
			continue
		}
		value, err := url.PathUnescape(given[i])
		if err != nil || value == "" {
			return nil, false
		}
		parts[strings.TrimSuffix(name, "}")] = value
	}
	return parts, true
}
