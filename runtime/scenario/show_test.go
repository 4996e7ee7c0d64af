package scenario

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"auto/runtime/facts"
)

// show writes an event with those of its fields that are set.
func show(e facts.Event) string {
	v := reflect.ValueOf(e)
	parts := []string{v.Type().Name()}
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			continue
		}
		value := fmt.Sprint(f.Interface())
		if at, ok := f.Interface().(time.Time); ok {
			value = formatTime(at)
		}
		parts = append(parts, v.Type().Field(i).Name+"="+value)
	}
	return strings.Join(parts, " ")
}
