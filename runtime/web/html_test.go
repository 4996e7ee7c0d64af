package web_test

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// tester is a test, or one case of a property.
type tester interface {
	Helper()
	Context() context.Context
	Error(...any)
	Errorf(string, ...any)
	Fatal(...any)
	Fatalf(string, ...any)
}

func parse(t tester, text string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// wellFormed checks what holds of every page: nothing inline, from nowhere else, every
// input with a name for people, every id once.
func wellFormed(t tester, text string) {
	t.Helper()
	ids := map[string]bool{}
	for n := range parse(t, text).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("the id %s is there twice", id)
			}
			ids[id] = true
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has %s inline", n.Data, a.Key)
			}
			if (a.Key == "src" || a.Key == "href" || a.Key == "action") && !strings.HasPrefix(a.Val, "/ui/") && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("%s leads to %s", n.Data, a.Val)
			}
		}
		if n.Data == "style" || n.Data == "script" && attribute(n, "src") == "" {
			t.Errorf("%s is inline", n.Data)
		}
		if field := n.Data == "input" || n.Data == "select" || n.Data == "textarea"; field && attribute(n, "type") != "hidden" && !named(n) {
			t.Errorf("the field %s has no name for people", attribute(n, "name"))
		}
	}
}

// named reports whether a field has a label.
func named(n *html.Node) bool {
	if attribute(n, "aria-label") != "" {
		return true
	}
	for p := range n.Ancestors() {
		if p.Data == "label" {
			return true
		}
	}
	return false
}

// formOf gives the posting form of a page as a browser sends it.
func formOf(t tester, text string) url.Values {
	t.Helper()
	form := url.Values{}
	for n := range parse(t, text).Descendants() {
		if n.Type != html.ElementNode || !posted(n) {
			continue
		}
		name := attribute(n, "name")
		switch {
		case name == "":
		case n.Data == "select":
			form.Add(name, selected(n))
		case n.Data == "textarea":
			form.Add(name, strings.ReplaceAll(content(n), "\n", "\r\n"))
		case n.Data == "input" && (attribute(n, "type") != "checkbox" || hasAttribute(n, "checked")):
			form.Add(name, attribute(n, "value"))
		}
	}
	return form
}

// posted reports whether a field is of the form of the page that changes something.
func posted(n *html.Node) bool {
	for p := range n.Ancestors() {
		if p.Data == "form" {
			return attribute(p, "method") == "post" && attribute(p, "class") != "who"
		}
	}
	return false
}

func selected(n *html.Node) string {
	value := ""
	for i, o := range slices.Collect(options(n)) {
		of := strings.Join(strings.Fields(content(o)), " ") // HTML, option.value
		if hasAttribute(o, "value") {
			of = attribute(o, "value")
		}
		if i == 0 || hasAttribute(o, "selected") {
			value = of
		}
	}
	return value
}

func options(n *html.Node) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if d.Type == html.ElementNode && d.Data == "option" && !yield(d) {
				return
			}
		}
	}
}
