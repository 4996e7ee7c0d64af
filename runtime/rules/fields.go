package rules

import (
	"slices"
	"strings"

	"auto/lang/template"
	"auto/runtime/values"
	"auto/vm/match"
)

// fields are the values of a file's fields and of captures.
type fields struct {
	d            *Decider
	in           Input
	name, folder string
	captures     []match.Value
}

// of gives the fields with captures.
func (f fields) of(captures []match.Value) fields {
	f.captures = captures
	return f
}

// listed are the fields that a listing or a tick gives; the key gives the others.
var listed = []string{"bucket", "size", "etag", "last_modified", "version_id", "tick"}

// value gives a field with its own type: string, int64, time.Time, or match.Value for a
// capture; and false where it is not known.
func (f fields) value(name string) (any, bool) {
	if f.in.Known != nil && slices.Contains(listed, name) && !f.in.Known(name) {
		return nil, false
	}
	file := f.in.File
	switch name {
	case "bucket":
		return file.Bucket, true
	case "key":
		return file.Key, true
	case "name":
		return f.name, true
	case "folder":
		return f.folder[strings.LastIndexByte(f.folder, '/')+1:], true
	case "folder_path":
		return f.folder, true
	case "size":
		return file.Size, true
	case "etag":
		return file.ETag, true
	case "last_modified":
		return file.LastModified, true
	case "version_id":
		return file.VersionID, true
	case "tick":
		return f.in.Tick, true
	}
	if env, ok := strings.CutPrefix(name, "env."); ok {
		return f.env(env)
	}
	return f.captured(name)
}

func (f fields) env(name string) (any, bool) {
	if f.d.Getenv == nil {
		return nil, false
	}
	return f.d.Getenv(name)
}

func (f fields) captured(name string) (any, bool) {
	v, ok := f.capture(name)
	return v, ok
}

func (f fields) capture(name string) (match.Value, bool) {
	for _, v := range f.captures {
		if v.Name == name {
			return v, true
		}
	}
	return match.Value{}, false
}

// text gives a field as templates show it.
func (f fields) text(name string) (template.Value, bool) { return values.Fields(f.value).Text(name) }
