// Package sources is where files are found: one interface that buckets and folders
// implement alike.
package sources

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Object is a file as a listing shows it.
type Object struct {
	// Key is literal: no part of it is cleaned up or decoded.
	Key  string
	Size int64
	// ETag changes whenever the content does; it has no quotes.
	ETag string
	// LastModified is in UTC.
	LastModified time.Time
	// VersionID is empty where a listing does not say it.
	VersionID string
}

// Stats says what a listing took.
type Stats struct {
	// Calls to the store, those that were tried again included.
	Calls int
	// Keys that were listed.
	Keys int
}

// Source is a bucket or a folder. It is safe for concurrent use. Its failures are of
// type *Error.
type Source interface {
	// Bucket is what `{bucket}` shows: the bucket's name, or the folder's path as it was
	// written.
	Bucket() string
	// List gives every object whose key begins with prefix, page by page, and stops at an
	// error of yield. Markers of folders (keys that end with "/") are listed like any
	// object. Where it gives nil the listing was complete.
	List(ctx context.Context, prefix string, yield func(page []Object) error) (Stats, error)
	// Stat gives one object with everything that is known of it; ErrNotExist.
	Stat(ctx context.Context, key string) (Object, error)
	// Move gives an object another key. When it is gone and the other key exists, it has
	// been done. ErrNotExist where neither exists.
	Move(ctx context.Context, from, to string) error
}

// Kind tells why a source failed.
type Kind int

// The kinds.
const (
	Other Kind = iota
	NotExist
	NoSuchBucket
	AccessDenied
	WrongRegion
	BadCredentials
	Timeout
	Unreachable
	// Unavailable: the store is there and cannot answer now.
	Unavailable
)

// Error says why a source failed.
type Error struct {
	Kind Kind
	// Message says in a sentence what is wrong, Help what to do.
	Message, Help string
	Err           error
}

// Error gives the message and the help.
func (e *Error) Error() string { return e.Message + " " + e.Help }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors of the kind NotExist equal to ErrNotExist.
func (e *Error) Is(target error) bool { return target == ErrNotExist && e.Kind == NotExist }

// ErrNotExist: there is no object of the key.
var ErrNotExist = errors.New("no such object")

// Missing gives the error for a key that does not exist.
func Missing(bucket, key string) *Error {
	return &Error{Kind: NotExist, Message: fmt.Sprintf("There is no `%s` in `%s`.", key, bucket), Help: "It may have been moved or deleted meanwhile."}
}
