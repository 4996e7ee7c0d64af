package rules

import (
	"slices"
	"strings"
	"time"

	"auto/compiler/files"
	"auto/lang/template"
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
func (f fields) text(name string) (template.Value, bool) {
	value, ok := f.value(name)
	switch v := value.(type) {
	case string:
		return template.Text(v), ok
	case int64:
		return template.Int(v), ok
	case time.Time:
		return template.Instant(v), ok
	case match.Value:
		return template.Value{Text: v.Text, Time: v.Time}, ok
	}
	return template.Value{}, false
}

// plain gives a field as JSON knows it; one that is not known as it is written.
func (f fields) plain(name string) any {
	value, ok := f.value(name)
	if n, isInt := value.(int64); ok && isInt {
		return n
	}
	if text, known := f.text(name); known {
		return text.Text
	}
	return "{" + name + "}"
}

// eval gives a value as JSON knows it.
func (f fields) eval(v files.Value) any {
	switch {
	case v.Field != "":
		return f.plain(v.Field)
	case v.Template != nil:
		return v.Template.Expand(f.text)
	case v.Secret != "":
		return map[string]any{"secret": v.Secret}
	case v.Items != nil:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = f.eval(item)
		}
		return items
	case v.Entries != nil:
		entries := map[string]any{}
		for _, e := range v.Entries {
			entries[e.Key] = f.eval(e.Value)
		}
		return entries
	}
	return v.Const
}
