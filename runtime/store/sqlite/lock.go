package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Owner is who opens a store, as a second opener is told.
type Owner struct {
	// PID is the process id.
	PID int
	// Command says what the process does, such as "auto run"; it may be empty.
	Command string
}

// lockName is the file in the folder of a store that its owner has locked. It is
// never removed: a file that another process still has open would lock nothing.
const lockName = "lock"

// lock takes the lock of a folder for an owner. It lasts until the file is closed,
// by whatever ends the process too.
func lock(folder string, owner Owner) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = &LockedError{Folder: folder, Owner: readOwner(file)}
	} else if err == nil {
		err = writeOwner(file, owner)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func writeOwner(file *os.File, owner Owner) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt(fmt.Appendf(nil, "%d %s\n", owner.PID, owner.Command), 0)
	return err
}

// readOwner reads what the owner wrote, the zero Owner where it has not yet.
func readOwner(file io.ReaderAt) Owner {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 1024))
	if err != nil {
		return Owner{}
	}
	pid, command, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	n, err := strconv.Atoi(pid)
	if err != nil {
		return Owner{}
	}
	return Owner{PID: n, Command: command}
}
