package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"auto/internal/program"
	"auto/internal/versity"
)

const bucketProject = `
s3: {region: us-east-1, endpoint: %q, path_style: true}
policies: [%q]
assets: [%q]
jobs: [%q]
`

// TestBucket runs the example of the mission against a server of the S3 protocol: each
// file in the bucket is one request with the assets that its name and folder mean.
func TestBucket(t *testing.T) {
	server := versity.Start(t)
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": versity.AccessKey, "AWS_SECRET_ACCESS_KEY": versity.SecretKey, "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	copyExample(t, dir)
	program.Write(t, filepath.Join(dir, "auto.yaml"), fmt.Sprintf(bucketProject, server.Endpoint, "policies/*.auto", "assets/*.yaml", "jobs/*.yaml"))

	_, stderr, code := program.Run(t, dir, "run", "--once")
	if code != 2 || !strings.Contains(stderr, "There is no bucket `acme-landing`.") {
		t.Errorf("without the bucket: code %d, %s", code, stderr)
	}
	bucket := filepath.Join(server.Root, "acme-landing")
	for _, key := range []string{"landing/sales/file.csv", "landing/marketing/m.csv", "landing/sales/a_header.csv", "landing/sales/file.csv.bak", "landing/hr/x.csv", "landing2/sales/file.csv", "landing/sales/a b+(1).csv"} {
		program.Write(t, filepath.Join(bucket, key), "content")
	}
	want := map[string]string{
		"landing/sales/file.csv":     "move_actl_files_processed_inbound,sales_data",
		"landing/marketing/m.csv":    "move_actl_files_processed_inbound,marketing_data",
		"landing/sales/a_header.csv": "move_actl_files_processed_inbound,sales_data,header_sales",
		"landing/sales/a b+(1).csv":  "move_actl_files_processed_inbound,sales_data",
	}
	stdout, stderr, code := program.Run(t, dir, "run", "--once")
	if code != 0 {
		t.Fatalf("code %d: %s", code, stderr)
	}
	got := requests(t, stdout)
	for key, selection := range want {
		if got[key] != selection {
			t.Errorf("%s: %q, want %q", key, got[key], selection)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	if again, _, _ := program.Run(t, dir, "run", "--once"); again != "" {
		t.Errorf("the same listing again: %s", again)
	}
	ls, _, _ := program.Run(t, dir, "files", "ls", "--state", "unmatched")
	if !strings.Contains(ls, "landing/hr/x.csv") || !strings.Contains(ls, "landing/sales/file.csv.bak") {
		t.Errorf("files ls: %s", ls)
	}
}

// requests gives the selection of each key from lines of JSON.
func requests(t *testing.T, lines string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for line := range strings.Lines(lines) {
		var r struct {
			Selection []string       `json:"selection"`
			RunConfig map[string]any `json:"run_config"`
			File      struct {
				Key string `json:"key"`
			} `json:"file"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		config := fmt.Sprint(r.RunConfig)
		if !strings.Contains(config, "file_key_to_process:"+r.File.Key) {
			t.Errorf("%s: its config is %s", r.File.Key, config)
		}
		got[r.File.Key] = strings.Join(r.Selection, ",")
	}
	return got
}

func copyExample(t *testing.T, dir string) {
	t.Helper()
	example := filepath.Join("..", "..", "examples", "s3-snowflake")
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || !slices.ContainsFunc(names, func(n string) bool { return filepath.Base(n) == "policies" }) {
		t.Fatalf("%v %v", names, err)
	}
}
