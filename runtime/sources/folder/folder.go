// Package folder is the source of files of a local folder.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"auto/runtime/sources"
)

// pageSize is how many files are handed on at once.
const pageSize = 1000

// Folder is a sources.Source. Keys are paths below the folder, with slashes. A link to a
// file counts as the file; a link to a folder is not followed, so that a tree never has
// loops and nothing outside it is listed.
type Folder struct {
	name, root string
}

var _ sources.Source = (*Folder)(nil)

// New gives the source of a folder; name is the path as it was written, root where it
// is.
func New(name, root string) *Folder { return &Folder{name, root} }

// Bucket implements sources.Source.
func (f *Folder) Bucket() string { return f.name }

// List implements sources.Source. A folder that cannot be read fails the listing: a part
// of a tree must not look like the whole.
func (f *Folder) List(ctx context.Context, prefix string, yield func([]sources.Object) error) (sources.Stats, error) {
	l := &lister{Folder: f, ctx: ctx, prefix: prefix, yield: yield}
	// The folder itself has to be there, or all its files would look gone.
	if info, err := os.Stat(f.root); err != nil {
		return l.stats, f.explain(err)
	} else if !info.IsDir() {
		return l.stats, &sources.Error{Kind: sources.NoSuchBucket, Message: fmt.Sprintf("`%s` is a file.", f.name), Help: "Name a folder."}
	}
	err := l.walk(prefix[:strings.LastIndexByte(prefix, '/')+1])
	if err == nil {
		err = l.flush()
	}
	return l.stats, err
}

// lister lists one tree.
type lister struct {
	*Folder
	ctx    context.Context
	prefix string
	yield  func([]sources.Object) error
	page   []sources.Object
	stats  sources.Stats
}

// walk lists what lies below a key that is empty or ends with a slash. Entries are in
// the order of their keys: a folder sorts as its name with a slash.
func (l *lister) walk(below string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	l.stats.Calls++
	entries, err := os.ReadDir(l.path(below))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // gone since it was seen, or a prefix without files
	}
	if err != nil {
		return l.explain(err)
	}
	for _, e := range sorted(entries) {
		key := below + e.Name()
		switch {
		case e.IsDir():
			if strings.HasPrefix(key+"/", l.prefix) || strings.HasPrefix(l.prefix, key+"/") {
				err = l.walk(key + "/")
			}
		case strings.HasPrefix(key, l.prefix):
			err = l.file(key, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *lister) file(key string, e fs.DirEntry) error {
	info, err := os.Stat(l.path(key))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // gone since, or a link to nothing
	case err != nil:
		return l.explain(err)
	case !info.Mode().IsRegular():
		return nil
	}
	l.stats.Keys++
	l.page = append(l.page, object(key, info))
	if len(l.page) == pageSize {
		return l.flush()
	}
	return nil
}

func (l *lister) flush() error {
	page := l.page
	l.page = nil
	if len(page) == 0 {
		return nil
	}
	return l.yield(page)
}

// object gives a file as a listing shows it. Its tag is made of the time of change, the
// size and the number of the inode: an overwrite within one instant still shows by one
// of them.
func object(key string, info fs.FileInfo) sources.Object {
	tag := fmt.Sprintf("%x-%x", info.ModTime().UnixNano(), info.Size())
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		tag += fmt.Sprintf("-%x", stat.Ino)
	}
	return sources.Object{Key: key, Size: info.Size(), ETag: tag, LastModified: info.ModTime().UTC()}
}

func (f *Folder) path(key string) string { return filepath.Join(f.root, filepath.FromSlash(key)) }

// Stat implements sources.Source.
func (f *Folder) Stat(ctx context.Context, key string) (sources.Object, error) {
	if err := f.inside(key); err != nil {
		return sources.Object{}, err
	}
	info, err := os.Stat(f.path(key))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return sources.Object{}, sources.Missing(f.name, key)
	}
	if err != nil {
		return sources.Object{}, f.explain(err)
	}
	return object(key, info), nil
}

// inside refuses a key that leads out of the folder.
func (f *Folder) inside(key string) error {
	if key == "" || path.IsAbs(key) || !filepath.IsLocal(filepath.FromSlash(key)) {
		return &sources.Error{Message: fmt.Sprintf("The path `%s` leads out of the folder `%s`.", key, f.name), Help: "Name a path below it."}
	}
	return nil
}

// Move implements sources.Source.
func (f *Folder) Move(ctx context.Context, from, to string) error {
	for _, key := range []string{from, to} {
		if err := f.inside(key); err != nil {
			return err
		}
	}
	if _, err := f.Stat(ctx, from); errors.Is(err, sources.ErrNotExist) {
		_, err = f.Stat(ctx, to)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.path(to)), 0o755); err != nil {
		return f.explain(err)
	}
	err := os.Rename(f.path(from), f.path(to))
	if errors.Is(err, syscall.EXDEV) {
		err = copyOver(f.path(from), f.path(to))
	}
	if err != nil {
		return f.explain(err)
	}
	return nil
}

// copyOver moves a file to another device: the copy is on disk, under its name, before
// the file is removed.
func copyOver(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), ".auto-move-*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	if err := errors.Join(out.Sync(), out.Close()); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), to); err != nil {
		return err
	}
	return os.Remove(from)
}

// explain gives a failure of the file system with what to do about it.
func (f *Folder) explain(err error) error {
	e := &sources.Error{Message: fmt.Sprintf("The folder `%s` cannot be read: %v.", f.name, reason(err)), Help: "Look at the folder and its file system.", Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Message, e.Help = sources.NoSuchBucket, fmt.Sprintf("There is no folder `%s`.", f.name), "Create it, or correct the path in the policy or the project file."
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Help = sources.AccessDenied, "Give this user the right to read it and what lies in it."
	}
	return e
}

func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("%s: %w", at.Path, at.Err)
	}
	return err
}
