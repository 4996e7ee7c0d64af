package control

import (
	"auto/lang/diag"
	"auto/lang/source"
)

// place is a span on its way over the socket, with the text that it is in.
type place struct {
	File  string `json:"file"`
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func placeOf(s source.Span) *place {
	if !s.IsValid() {
		return nil
	}
	return &place{s.File.Name, s.File.Text, s.Start, s.End}
}

// finding is a diag.Diagnostic on its way over the socket.
type finding struct {
	Code    diag.Code `json:"code"`
	Place   *place    `json:"place,omitempty"`
	Message string    `json:"message"`
	Help    string    `json:"help,omitempty"`
	Related []finding `json:"related,omitempty"`
}

// pack makes findings ready for the socket.
func pack(list diag.List) []finding {
	out := make([]finding, len(list))
	for i, d := range list {
		out[i] = finding{Code: d.Code, Place: placeOf(d.Span), Message: d.Message, Help: d.Help}
		for _, r := range d.Related {
			out[i].Related = append(out[i].Related, finding{Place: placeOf(r.Span), Message: r.Message})
		}
	}
	return out
}

// unpack gives the findings back; places in one text share a file, as before.
func unpack(packed []finding) diag.List {
	files := map[[2]string]*source.File{}
	spanOf := func(p *place) source.Span {
		if p == nil {
			return source.Span{}
		}
		name := [2]string{p.File, p.Text}
		if files[name] == nil {
			files[name] = source.New(p.File, p.Text)
		}
		size := len(p.Text)
		start := min(max(p.Start, 0), size)
		return source.Span{File: files[name], Start: start, End: min(max(p.End, start), size)}
	}
	list := make(diag.List, len(packed))
	for i, f := range packed {
		list[i] = diag.Diagnostic{Code: f.Code, Span: spanOf(f.Place), Message: f.Message, Help: f.Help}
		for _, r := range f.Related {
			list[i].Related = append(list[i].Related, diag.Related{Span: spanOf(r.Place), Message: r.Message})
		}
	}
	return list
}
