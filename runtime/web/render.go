package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

//go:embed static
var static embed.FS

//go:embed templates
var sources embed.FS

// page is what a template shows.
type page struct {
	Title   string
	Session session
	// Job is the name of the job that the page is about, and Tab which of its pages it is.
	Job, Tab string
	// Version is that of the daemon.
	Version string
	Data    any
}

var functions = template.FuncMap{
	"asset":   assetOf,
	"beyond":  beyond,
	"first":   first,
	"job":     jobPath,
	"json":    pretty,
	"prose":   prose,
	"instant": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
	"page":    func(data any) page { return page{Data: data} },
	"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}

var templates = template.Must(template.New("").Funcs(functions).ParseFS(sources, "templates/*.html"))

// hashes are the beginnings of the hashes of the static files, by which browsers keep them.
var hashes = hashStatic()

func hashStatic() map[string]string {
	entries, err := static.ReadDir("static")
	if err != nil {
		panic(err) // what is embedded can be read
	}
	of := map[string]string{}
	for _, e := range entries {
		text, err := static.ReadFile("static/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(text)
		of[e.Name()] = hex.EncodeToString(sum[:6])
	}
	return of
}

// assetOf gives the address of a static file.
func assetOf(name string) string { return Root + "static/" + name + "?v=" + hashes[name] }

// jobPath gives the address of a page of a job, "" for the job itself.
func jobPath(job, below string) string {
	return strings.TrimSuffix(Root+"jobs/"+url.PathEscape(job)+"/"+below, "/")
}

// pretty gives a value as JSON over several lines.
func pretty(value any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// show writes a page, or a fragment of one.
func (p *Page) show(w http.ResponseWriter, code int, name string, data page) {
	data.Version = p.Version
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		p.Log.Error("page cannot be made", "page", name, "error", err)
		http.Error(w, "The page cannot be made; the log of the daemon says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	if _, err := w.Write(out.Bytes()); err != nil {
		p.Log.Debug("page not read to its end", "error", err)
	}
}

// static answers the files that pages load.
func (p *Page) static(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	text, err := static.ReadFile("static/" + name)
	if err != nil {
		return &failure{http.StatusNotFound, "Nothing is at this address.", "Start from the list of jobs."}
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	if r.URL.Query().Get("v") == hashes[name] {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if _, err := w.Write(text); err != nil {
		p.Log.Debug("file not read to its end", "error", err)
	}
	return nil
}
