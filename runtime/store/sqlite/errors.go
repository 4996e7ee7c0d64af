package sqlite

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// Kind tells apart why a store cannot be used.
type Kind int

// The kinds of errors.
const (
	// Other: none of the following.
	Other Kind = iota
	// Damaged: the file is no SQLite database, or one that is broken.
	Damaged
	// Foreign: the file is a database of another program.
	Foreign
	// Newer: a newer version of auto has written the store.
	Newer
	// Denied: the file or its folder cannot be read or written.
	Denied
	// Full: no space is left.
	Full
	// Device: the device failed to read or write.
	Device
	// Busy: another program holds the database for too long.
	Busy
	// Absent: there is no store, for one that only reads.
	Absent
	// Older: an older version of auto has written the store, and one that only reads
	// cannot bring it up to date.
	Older
)

// Error says why a store cannot be used.
type Error struct {
	Kind Kind
	// Path is the file of the store.
	Path string
	// Message says in a sentence what is wrong, Help what to do.
	Message, Help string
	// Err is the cause, nil where there is none.
	Err error
}

// Error gives message and help.
func (e *Error) Error() string { return e.Message + " " + e.Help }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// LockedError: another process has the store open.
type LockedError struct {
	// Folder is that of the store.
	Folder string
	// Owner is who has it open; its PID is 0 where the owner is about to tell.
	Owner Owner
}

// Error names the owner and says what to do.
func (e *LockedError) Error() string {
	who := "another process"
	if e.Owner.PID != 0 {
		who = fmt.Sprintf("process %d", e.Owner.PID)
	}
	if e.Owner.Command != "" {
		who += fmt.Sprintf(" (%s)", e.Owner.Command)
	}
	return fmt.Sprintf("The state in %s is in use by %s. End that process first, or use another `state` folder.", e.Folder, who)
}

// advice is what is said about a result code of SQLite (https://www.sqlite.org/rescode.html).
var advice = map[int]struct {
	kind          Kind
	message, help string
}{
	codes.SQLITE_CORRUPT: {Damaged, "The store %s is damaged.",
		"Stop auto and put back a copy, or save what `sqlite3 FILE .recover` still reads; without the file auto begins anew and `existing` decides what is taken."},
	codes.SQLITE_NOTADB: {Damaged, "The store %s is no SQLite database.",
		"Move the file away or put back a copy; without the file auto begins anew and `existing` decides what is taken."},
	codes.SQLITE_READONLY: {Denied, "The store %s cannot be written.",
		"Give the user that runs auto the right to write the file and its folder, or name another `state` folder."},
	codes.SQLITE_PERM: {Denied, "The store %s cannot be reached.",
		"Give the user that runs auto the right to read and write the file and its folder."},
	codes.SQLITE_CANTOPEN: {Denied, "The store %s cannot be opened.",
		"Give the user that runs auto the right to read and write the file and its folder."},
	codes.SQLITE_FULL: {Full, "The store %s cannot grow: no space is left.",
		"Free space on its device; nothing is lost, and work goes on with the next tick."},
	codes.SQLITE_IOERR: {Device, "The store %s could not be read or written by the device.",
		"Look at the device and its file system; a store must not lie on a network file system without locks."},
	codes.SQLITE_BUSY: {Busy, "The store %s is held by another program.",
		"End the program that works on the file, such as an open `sqlite3` shell."},
}

// explain gives an error of the driver as an *Error, and any other as it is; so too
// one that is explained, and the end of a context.
func (s *Reader) explain(err error) error {
	var explained *Error
	var failure *sqlite.Error
	if errors.As(err, &explained) || !errors.As(err, &failure) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	known, ok := advice[failure.Code()&0xff]
	if !ok {
		return &Error{Kind: Other, Path: s.path, Err: err, Message: fmt.Sprintf("The store %s failed: %v.", s.path, failure), Help: "Please report it as a bug of auto."}
	}
	return &Error{Kind: known.kind, Path: s.path, Err: err, Message: fmt.Sprintf(known.message, s.path), Help: known.help}
}

// damaged says that a part of the store cannot be read.
func (s *Reader) damaged(what string, err error) *Error {
	about := advice[codes.SQLITE_CORRUPT]
	return &Error{Kind: Damaged, Path: s.path, Err: fmt.Errorf("%s: %w", what, err),
		Message: fmt.Sprintf("The store %s is damaged: %s cannot be read.", s.path, what), Help: about.help}
}
