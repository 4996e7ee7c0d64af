package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"auto/runtime/request"
)

// CommandOptions say what is started for a request.
type CommandOptions struct {
	// Argv is the program and its arguments, at least one. A program without a slash is
	// looked up in PATH, a relative one below Dir. No shell reads them.
	Argv []string
	// Dir is the working folder.
	Dir string
	// Env is the environment, as NAME=value; AUTO_REQUEST_ID and AUTO_ATTEMPT are added.
	Env []string
	// Timeout bounds one start, 0 for no bound.
	Timeout time.Duration
	// Workers is how many may run at once.
	Workers int
}

// Command starts a program for each request, which reads it as one line of JSON from its
// standard input.
type Command struct{ options CommandOptions }

// NewCommand gives a launcher that starts a program.
func NewCommand(o CommandOptions) *Command { return &Command{o} }

// Workers implements Launcher.
func (c *Command) Workers() int { return max(c.options.Workers, 1) }

// lingers is how long the rest of the output is awaited when a program has ended and what
// it has left behind keeps it open.
const lingers = 500 * time.Millisecond

// Launch implements Launcher. Status 0 acknowledges; 75 (EX_TEMPFAIL) and a time-out may
// pass, as all do but 64 to 78 of sysexits.h, which refuse the request for good. The end
// of ctx kills the program with all that it has started.
func (c *Command) Launch(ctx context.Context, r request.Request) error {
	body, err := json.Marshal(r)
	if err != nil {
		return &Failure{Kind: Refused, Reason: "The request has no JSON form: " + err.Error() + "."}
	}
	if c.options.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.options.Timeout)
		defer cancel()
	}
	said := &head{left: 4096}
	cmd := c.command(ctx, r)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(append(body, '\n')), said
	if err := cmd.Start(); err != nil {
		return c.notStarted(ctx, err)
	}
	return c.judge(ctx, cmd.Wait(), said)
}

// command is the program in a process group of its own, so that what it starts can be
// ended with it.
func (c *Command) command(ctx context.Context, r request.Request) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.options.Argv[0], c.options.Argv[1:]...)
	cmd.Dir = c.options.Dir
	cmd.Env = append(append([]string{}, c.options.Env...), "AUTO_REQUEST_ID="+r.ID, "AUTO_ATTEMPT="+strconv.Itoa(r.Attempt))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	cmd.WaitDelay = lingers
	return cmd
}

// notStarted says why no program runs; others would not start either.
func (c *Command) notStarted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return c.cut(ctx)
	}
	// The system does not tell whether the program or the folder is missing.
	if dir := c.options.Dir; dir != "" {
		if _, err := os.Stat(dir); err != nil {
			return &Failure{Kind: Unreachable, Reason: fmt.Sprintf("The working folder %s of the command cannot be entered: %v.", dir, cause(err))}
		}
	}
	help := "Look at the limits of the system."
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		help = "Install it, correct `command` in the project file, or, where it is a script, the program in its first line."
	case errors.Is(err, fs.ErrPermission):
		help = "Make it executable with `chmod +x`."
	case errors.Is(err, syscall.ENOEXEC):
		help = "Begin the script with a line such as `#!/bin/sh`."
	case errors.Is(err, syscall.ENOTDIR):
		help = "Correct `command` in the project file."
	}
	return &Failure{Kind: Unreachable, Reason: fmt.Sprintf("The command `%s` cannot be started: %v. %s", c.options.Argv[0], cause(err), help)}
}

// cause gives an error without the name that is said already.
func cause(err error) error {
	var path *fs.PathError
	var look *exec.Error
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &look):
		return look.Err
	}
	return err
}

// cut says that a program was ended before its time.
func (c *Command) cut(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &Failure{Kind: Passing, Reason: fmt.Sprintf("The command `%s` did not end within %s.", c.options.Argv[0], c.options.Timeout)}
	}
	return ctx.Err()
}

// judge gives what the end of a program means. A program that has ended well in time has
// acknowledged, whatever it has left behind.
func (c *Command) judge(ctx context.Context, err error, said *head) error {
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	var ended *exec.ExitError
	status := -1
	if errors.As(err, &ended) {
		status = ended.ExitCode()
	}
	if status < 0 && ctx.Err() != nil {
		return c.cut(ctx)
	}
	failure := &Failure{Reason: fmt.Sprintf("The command `%s` ended with %v%s.", c.options.Argv[0], err, excerpt(said.text))}
	if refuses(status) {
		failure.Kind = Refused
	}
	return failure
}

// The range of sysexits.h, which tells what is wrong, and its word for what may pass.
const (
	exUsage    = 64
	exTempfail = 75
	exConfig   = 78
)

func refuses(status int) bool {
	return status >= exUsage && status <= exConfig && status != exTempfail
}

// head keeps the beginning of what is written to it.
type head struct {
	text []byte
	left int
}

// Write implements io.Writer; it takes all.
func (h *head) Write(text []byte) (int, error) {
	kept := min(len(text), h.left)
	h.text, h.left = append(h.text, text[:kept]...), h.left-kept
	return len(text), nil
}
