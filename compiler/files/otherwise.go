package files

import (
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
)

// otherwise reads where a file goes that no rule matches: a key of the bucket or a path
// in the folder.
func (c *compiler) otherwise() {
	clause := clauseOf[*ast.Otherwise](c.decl.Body)
	if clause == nil {
		return
	}
	o := &c.program.Otherwise
	o.Action = clause.Action.Name
	if clause.To == nil {
		return
	}
	v := c.values("quarantine")
	o.To = v.template(clause.To.Value, clause.To.At)
	o.Head = head(o.To.Head())
	c.findings = append(c.findings, v.findings...)
	if len(v.findings) == 0 {
		c.quarantine(clause.To)
	}
}

// head gives the folders that a text begins with, ending in "/", or "".
func head(text string) string { return text[:strings.LastIndexByte(text, '/')+1] }

// quarantine finds a place that would put files in the way again, or on one another.
func (c *compiler) quarantine(at *ast.String) {
	o, help := c.program.Otherwise, "Write such as `\"rejected/{folder_path}/\"`."
	parts := "/" + at.Value + "/"
	switch {
	case o.Head == "" || strings.HasPrefix(o.Head, "/"):
		c.find(diag.BadQuarantine, at.Span, help, "The files would not get out of the block's way: a quarantine begins with a folder of its own.")
	case strings.Contains(parts, "/../") || strings.Contains(parts, "/./"):
		c.find(diag.BadQuarantine, at.Span, help, "A quarantine is written without `.` and `..`.")
	case strings.HasPrefix(c.program.Source.Prefix, o.Head):
		c.find(diag.BadQuarantine, at.Span, help, "All files of the block lie below the quarantine `%s`, so it would get none.", o.Head)
	case !o.To.Uses("key") && !o.To.Uses("name") && !strings.HasSuffix(at.Value, "/"):
		c.find(diag.BadQuarantine, at.Span, "End it with `/`, or write `{name}` into it.", "All files would be moved to one place.")
	}
}
