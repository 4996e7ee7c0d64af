package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/internal/program"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// chromium gives a browser; without one the test is left out, but not where everything is
// tested.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("chromium is not installed: apt-get install chromium")
	}
	t.Skip("chromium is not installed: apt-get install chromium")
	return ""
}

// faults are what pages complain about.
type faults struct {
	mu  sync.Mutex
	all []string
}

func (f *faults) add(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, text)
}

func (f *faults) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.all, "\n")
}

// tab is a tab of a browser.
type tab struct {
	context.Context
	t      *testing.T
	faults *faults
}

// newBrowser opens a browser that notes what pages complain about.
func newBrowser(t *testing.T) tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.WindowSize(1280, 860))
	ctx, endProcess := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(endProcess)
	ctx, endTime := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(endTime)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	return tab{ctx, t, &faults{}}.watched()
}

// open opens another tab.
func (b tab) open() tab {
	ctx, end := chromedp.NewContext(b.Context)
	b.t.Cleanup(end)
	return tab{ctx, b.t, b.faults}.watched()
}

// watched notes what the pages of a tab complain about. That an answer is no success is
// said by the page itself.
func (b tab) watched() tab {
	b.do(chromedp.Navigate("about:blank"))
	messages := chromedp.Console(b.Context)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if (m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException) && !strings.HasPrefix(m.Text, "Failed to load resource: the server responded with a status of") {
				b.faults.add(m.Text)
			}
		}
	}()
	return b
}

// do runs actions, and fails with what the page shows.
func (b tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.Context, actions...); err != nil {
		if shown, e := chromedp.Run(b.Context, chromedp.Text(chromedp.CSS("body"))); e == nil {
			b.t.Log(shown)
		}
		b.t.Fatal(err)
	}
}

// eval runs a script in the page.
func eval[T any](b tab, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.Context, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// until waits until something is so in the page, which may be another one by then.
func (b tab) until(condition string) {
	b.t.Helper()
	defer func() {
		if b.t.Failed() {
			shown, err := chromedp.Run(b.Context, chromedp.Text(chromedp.CSS("body")))
			b.t.Logf("the page: %s %v", shown, err)
		}
	}()
	program.Eventually(b.t, time.Minute, condition, func() bool {
		is, err := chromedp.Run(b.Context, chromedp.Evaluate[bool](condition))
		return err == nil && is
	})
}

func (b tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// field selects the input of a name.
func field(name string) string { return `[name="` + name + `"]` }

// write writes a text into a field, in place of what is there.
func (b tab) write(name, text string) {
	b.t.Helper()
	eval[any](b, `document.querySelector('`+field(name)+`').select()`)
	b.do(chromedp.SendKeys(chromedp.CSS(field(name)), text))
}

// choose chooses an option, as somebody does.
func (b tab) choose(name, value string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(field(name)), value))
	eval[any](b, `document.querySelector('`+field(name)+`').dispatchEvent(new Event("input", {bubbles: true}))`)
}

// shows waits until the page has a text.
func (b tab) shows(text string) {
	b.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		b.t.Fatal(err)
	}
	b.until(`document.readyState === "complete" && document.body.innerText.includes(` + string(quoted) + `)`)
}

// save saves, and waits for what the page says then.
func (b tab) save(says string) {
	b.t.Helper()
	b.click("#edit .buttons .main")
	b.shows(says)
}

// looks are how pages are looked at.
var looks = []struct {
	name, scheme  string
	width, height int64
}{{"dark", "dark", 1280, 860}, {"phone", "light", 390, 844}, {"light", "light", 1280, 860}}

// photograph keeps pictures of the page as it is in the folder of artifacts, and checks that
// nothing is wider than the window.
func (b tab) photograph(name string) {
	b.t.Helper()
	for _, look := range looks {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}
		if _, err := chromedp.Call(b.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			b.t.Fatal(err)
		}
		b.do(chromedp.EmulateViewport(look.width, look.height))
		if eval[bool](b, `document.documentElement.scrollWidth > window.innerWidth`) {
			b.t.Errorf("%s is wider than the window, %s", name, look.name)
		}
		picture, err := chromedp.Run(b.Context, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+"-"+look.name+".png"), picture, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}

// shopFiles are the files of the project that the page is tested with.
func shopFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	folder := filepath.Join("..", "..", "runtime", "web", "testdata", "shop")
	for _, name := range []string{"assets.yaml", "jobs.yaml", "files.auto"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	files["landing/sales/.keep"] = ""
	files["auto.yaml"] = `sources:
  landing: {type: folder, path: landing}
assets: [assets.yaml]
jobs: [jobs.yaml]
policies: [files.auto]
env: {SHOP_KEY: none}
http: {listen: "127.0.0.1:0"}
`
	return files
}

// TestOperationsPage: somebody edits parameters in a real browser, meets somebody else,
// restores, and the next run is told exactly that.
func TestOperationsPage(t *testing.T) {
	b := newBrowser(t)
	d := startHTTP(t, shopFiles(t))
	link := d.log.await(t, `"operations_page":"([^"]*)"`)
	b.do(chromedp.Navigate(link))
	b.shows("nightly")
	b.photograph("jobs")
	b.write("q", "orders.batch")
	b.until(`document.querySelectorAll('#jobs tbody tr').length === 1`)
	b.click("#jobs tbody th a")
	b.shows("Where the run reads and writes.")
	b.photograph("job")
	t.Run("keys", func(*testing.T) { b.keys() })
	t.Run("edit", func(*testing.T) { b.edits() })
	t.Run("conflict", func(*testing.T) { b.meets() })
	t.Run("restore", func(*testing.T) { b.restores() })
	t.Run("previews", func(*testing.T) { b.previews() })
	if t.Failed() {
		return
	}
	runIsTold(t, d)
	if text := d.log.String(); strings.Contains(text, "the-real-password") {
		t.Error("a secret is logged")
	}
	if text := b.faults.text(); text != "" {
		t.Error(text)
	}
}

// keys goes about without a mouse.
func (b tab) keys() {
	eval[any](b, `document.querySelector('`+field("v:retries")+`').focus()`)
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.until(`document.activeElement.name === "s:dry_run"`)
	b.do(chromedp.KeyEvent("\t"))
	b.until(`document.activeElement.localName === "summary"`)
	b.do(chromedp.KeyEvent("\r"))
	b.until(`document.activeElement.parentElement.open`)
	b.do(chromedp.KeyEvent("/"))
	b.until(`document.activeElement.name === "param"`)
	b.do(chromedp.KeyEvent(kb.Backspace)) // the driver sends the character beside the key
}

// edits edits simple and prefixed values, adds one and takes one away.
func (b tab) edits() {
	b.write("v:retries", "many")
	b.shows("whole number")
	b.photograph("problems")
	b.write("v:retries", "4")
	b.write("v:shop/orders.batch", "0")
	b.choose("s:dry_run", "true")
	b.click(field("o:note"))
	b.shows("4 changes")
	b.photograph("changes")
	b.save("Saved as version 1")
	b.write("add.param", "limit")
	b.choose("add.asset", "shop/orders")
	b.choose("add.type", "int")
	b.write("add.value", "10")
	b.shows("1 change")
	b.save("Saved as version 2")
	b.click(field("o:note")) // no value of its own any more
	b.shows("1 change")
	b.save("Saved as version 3")
}

// meets saves over what somebody else saved, having seen it.
func (b tab) meets() {
	other := b.open()
	at, err := chromedp.Run(b.Context, chromedp.Location())
	if err != nil {
		b.t.Fatal(err)
	}
	other.do(chromedp.Navigate(at))
	other.shows("Where the run reads and writes.")
	other.write("v:retries", "7")
	other.write("v:region", "us-east-1")
	other.save("Saved as version 4")
	b.write("v:retries", "6")
	b.shows("meanwhile")
	b.save("Somebody saved while you were editing")
	b.photograph("conflict")
	b.save("Saved as version 5")
}

// restores takes the last version back.
func (b tab) restores() {
	b.click(".tabs a:nth-child(2)")
	b.shows("Version 5")
	b.photograph("history")
	b.click("#v4 .button")
	b.shows("Restore version 4")
	b.photograph("restore")
	b.click("main form .main")
	b.shows("Saved as version 6")
}

// previews looks at what a run and a file would be told.
func (b tab) previews() {
	b.click(".tabs a:nth-child(3)")
	b.shows("__nexus_ops__shop/orders__batch")
	b.photograph("preview")
	b.click("header nav a:nth-child(2)")
	b.shows("Paste the key of a file")
	b.write("key", "sales/orders_2026-01-01.csv\r")
	b.shows("A run is requested.")
	b.photograph("files")
	b.click(".who button")
	b.shows("Sign in")
	b.photograph("login")
}

// runIsTold lets a file arrive, and compares what its run is told.
func runIsTold(t *testing.T, d *httpDaemon) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, "landing", "sales", "orders_2026-01-01.csv"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	line := ""
	program.Eventually(t, time.Minute, "the run of the file is launched", func() bool {
		d.clock.Set(d.clock.Now().Add(5 * time.Second))
		line = regexp.MustCompile(`\{.*"job":"nightly".*\}`).FindString(d.out.String())
		return line != ""
	})
	var told struct {
		Selection []string
		RunConfig struct {
			Resources struct {
				Params struct{ Config map[string]any }
			}
		} `json:"run_config"`
	}
	if err := json.Unmarshal([]byte(line), &told); err != nil {
		t.Fatal(err, d.log)
	}
	want := map[string]any{
		"region": "us-east-1", "retries": 7.0, "dry_run": true, "mode": "append", "columns": []any{"id", "total"}, "warehouse": "analytics",
		"password":                              map[string]any{"$secret": "env:DB_PASSWORD"},
		"__nexus_ops__shop/customers__file_key": "sales/orders_2026-01-01.csv", "__nexus_ops__shop/customers__signed": "none",
		"__nexus_ops__shop/orders__retries": 5.0, "__nexus_ops__shop/orders__batch": 0.0, "__nexus_ops__shop/orders__limit": 10.0,
	}
	if diff := cmp.Diff(want, told.RunConfig.Resources.Params.Config); diff != "" {
		t.Error(diff)
	}
}
