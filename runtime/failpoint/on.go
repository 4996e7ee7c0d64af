//go:build failpoint

package failpoint

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// target is where the process dies: at the n-th hit of a point, of any point where
// the name is "". It is never reached where n is 0.
type target struct {
	name string
	n    int
}

var (
	mu   sync.Mutex
	left = sync.OnceValue(func() *target {
		t, err := parse(os.Getenv("AUTO_KILL"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return &t
	})
)

// Hit marks a place where AUTO_KILL can end the process.
func Hit(name string) {
	t := left()
	mu.Lock()
	defer mu.Unlock()
	if t.n == 0 || t.name != "" && t.name != name {
		return
	}
	if t.n--; t.n == 0 {
		die()
	}
}

// die ends the process at once; the caller never goes on.
func die() {
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		os.Exit(137)
	}
	select {}
}

func parse(text string) (target, error) {
	if text == "" {
		return target{}, nil
	}
	name, count, named := strings.Cut(text, ":")
	if !named {
		name, count = "", text
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || named && !slices.Contains(points, name) {
		return target{}, fmt.Errorf("AUTO_KILL is %q: write N or NAME:N with N from 1 and NAME one of %s", text, strings.Join(points, ", "))
	}
	return target{name, n}, nil
}
