package oracle

import (
	"fmt"
	"strings"
)

// jsonKey gives the text that orders entities of a level (to_db_string).
func (v *view) jsonKey(entity string) string {
	a, check := v.asset(entity)
	var parts []string
	for _, component := range strings.Split(a.Key, "/") {
		parts = append(parts, jsonText(component))
	}
	asset := "[" + strings.Join(parts, ", ") + "]"
	if check == nil {
		return asset
	}
	return fmt.Sprintf(`{"asset_key": %s, "check_name": %s}`, jsonText(asset), jsonText(check.Name))
}

// jsonText writes a string as Python's json.dumps: in ASCII.
func jsonText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		case r < 0x20 || r > 0x7e:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
