// Package versity runs versitygw, a server of the S3 protocol, for tests.
package versity

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Credentials of the server.
const (
	AccessKey = "testkey"
	SecretKey = "testsecret"
)

// Server is a running server. Buckets are the folders of Root.
type Server struct {
	Endpoint, Root string
}

// Start starts a server that ends with the test. Without the program the test is skipped,
// in CI it fails.
func Start(t *testing.T) Server {
	t.Helper()
	program, ok := find()
	if !ok {
		const reason = "versitygw is not installed: go install github.com/versity/versitygw/cmd/versitygw@v1.8.0, or name it in AUTO_VERSITYGW"
		if os.Getenv("CI") != "" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	s := Server{Root: t.TempDir()}
	address := freeAddress(t)
	s.Endpoint = "http://" + address
	command := exec.Command(program, "--access", AccessKey, "--secret", SecretKey, "--port", address, "--quiet", "--keep-alive", "posix", s.Root)
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = command.Wait() // it was killed
	})
	s.wait(t, address)
	return s
}

// find looks for the program: named, in .bin of the module, or in the path.
func find() (string, bool) {
	if name := os.Getenv("AUTO_VERSITYGW"); name != "" {
		return name, true
	}
	dir, err := os.Getwd()
	for err == nil {
		if name := filepath.Join(dir, ".bin", "versitygw"); executable(name) {
			return name, true
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	name, err := exec.LookPath("versitygw")
	return name, err == nil
}

func executable(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode()&0o111 != 0 && !info.IsDir()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// wait connects until the server answers.
func (s Server) wait(t *testing.T, address string) {
	t.Helper()
	for t.Context().Err() == nil {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
	}
	t.Fatal(fmt.Errorf("versitygw does not answer at %s", address))
}
