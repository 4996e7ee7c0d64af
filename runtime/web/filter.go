package web

import (
	"net/url"
	"strconv"
)

// filter says which rows and columns are shown, and of these from which on.
type filter struct {
	Param, Asset, Show string
	Row, Column        int
}

// filterOf reads the filter that an address ends with.
func filterOf(query url.Values) filter {
	return filter{query.Get("param"), query.Get("asset"), query.Get("show"), place(query, "row"), place(query, "column")}
}

// place reads where a part begins.
func place(query url.Values, name string) int {
	n, err := strconv.Atoi(query.Get(name))
	if err != nil {
		return 0 // as where nothing is asked for
	}
	return n
}

// Query gives the filter as the end of an address, "" for none.
func (f filter) Query() string {
	query := url.Values{}
	for name, text := range map[string]string{"param": f.Param, "asset": f.Asset, "show": f.Show} {
		if text != "" {
			query.Set(name, text)
		}
	}
	for name, n := range map[string]int{"row": f.Row, "column": f.Column} {
		if n != 0 {
			query.Set(name, strconv.Itoa(n))
		}
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// Active reports whether anything is filtered out.
func (f filter) Active() bool { return f.Param != "" || f.Asset != "" || f.Show != "" }
