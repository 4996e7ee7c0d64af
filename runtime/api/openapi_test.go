package api

import (
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/control"
	"auto/runtime/dagster/pull"
	"auto/runtime/events"
	"auto/runtime/parameters"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// description is what the tests read of openapi.yaml.
type description struct {
	Paths      map[string]map[string]operation
	Components struct {
		Schemas map[string]schema
	}
}

type operation struct {
	RequestBody *struct {
		Required bool
	} `yaml:"requestBody"`
	Security  *[]any
	Responses map[string]any
}

type schema struct {
	Description string
	Required    []string
	Properties  map[string]property
	Examples    []map[string]any
	OneOf       []struct {
		Ref string `yaml:"$ref"`
	} `yaml:"oneOf"`
	AnyOf []struct{ Required []string } `yaml:"anyOf"`
}

type property struct {
	Description string
	Const       string
	Enum        []string
	MaxLength   int `yaml:"maxLength"`
}

func parsed(t *testing.T) description {
	t.Helper()
	var d description
	if err := yaml.Unmarshal(Description, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDescribedRoutes: the description has every route and no other, says which ask for a
// token and which for a body, and the answers that these make.
func TestDescribedRoutes(t *testing.T) {
	d := parsed(t)
	a := New(Options{Now: func() time.Time { return time.Time{} }, Log: slog.New(slog.DiscardHandler)})
	if diff := cmp.Diff(slices.Sorted(maps.Keys(a.routes)), slices.Sorted(maps.Keys(d.Paths))); diff != "" {
		t.Fatal(diff)
	}
	for path, methods := range a.routes {
		if len(methods) != len(d.Paths[path]) {
			t.Errorf("%s has %d methods, and %d are described", path, len(methods), len(d.Paths[path]))
		}
		for method, route := range methods {
			o, ok := d.Paths[path][strings.ToLower(method)]
			switch {
			case !ok:
				t.Errorf("%s %s is not described", method, path)
			case route.body != (o.RequestBody != nil), route.open != (o.Security != nil):
				t.Errorf("%s %s has another body or asks for another token", method, path)
			}
			var codes []string
			if !route.open {
				codes = append(codes, "401", "421", "503")
			}
			if route.body {
				codes = append(codes, "400", "413", "415")
			}
			for _, code := range codes {
				if o.Responses[code] == nil {
					t.Errorf("%s %s does not say that it answers %s", method, path, code)
				}
			}
		}
	}
}

// TestDescribedFields: each schema has the fields of what is answered, and asks for those
// that are always there.
func TestDescribedFields(t *testing.T) {
	d := parsed(t)
	for name, of := range map[string]any{
		"Problems": problems{}, "Problem": problem{}, "EventsTaken": control.EventsTaken{}, "LineageTaken": lineageTaken{},
		"Status": control.Status{}, "SensorStatus": control.SensorStatus{}, "PolicyStatus": control.PolicyStatus{}, "BlockStatus": control.BlockStatus{}, "PauseStatus": control.PauseStatus{}, "DagsterStatus": control.DagsterStatus{}, "PullStatus": control.PullStatus{}, "PullSensor": control.PullSensor{},
		"Backlog": owed{}, "Owed": backlog.Owed{}, "Pause": pause{}, "Held": held{}, "Health": health{}, "Readiness": readiness{},
		"Jobs": jobs{}, "Job": parameters.JobForm{}, "NewJob": newJob{}, "Written": parameters.Written{}, "JobParams": jobParams{}, "Parameter": parameters.Parameter{}, "Given": parameters.Given{},
		"Asked": pull.Asked{}, "Sensor": pull.Sensor{}, "Refused": pull.Refused{}, "Offer": pull.Offer{},
		"History": history{}, "ParamsVersion": control.ParamsVersion{}, "Restored": restored{}, "Preview": preview{},
	} {
		fields, always := fieldsOf(reflect.TypeOf(of))
		s := d.Components.Schemas[name]
		if diff := cmp.Diff(slices.Sorted(slices.Values(fields)), slices.Sorted(maps.Keys(s.Properties))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(always)), slices.Sorted(slices.Values(s.Required))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// fieldsOf gives the names that a struct has in JSON, and those that are never left out.
func fieldsOf(of reflect.Type) (names, always []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous {
			more, moreAlways := fieldsOf(f.Type)
			names, always = append(names, more...), append(always, moreAlways...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		if options == "" {
			always = append(always, name)
		}
	}
	return names, always
}

// TestDescribedEvents: each type of event has the fields, words and bounds that events.Read
// knows, and the texts of the catalogue.
func TestDescribedEvents(t *testing.T) {
	d := parsed(t)
	fields := map[string]events.Field{}
	for _, f := range events.Fields {
		fields[f.Name] = f
	}
	var refs []string
	for _, form := range events.Forms {
		name := strings.ToUpper(string(form.Type[:1])) + string(form.Type[1:]) + "Event"
		refs = append(refs, "#/components/schemas/"+name)
		s := d.Components.Schemas[name]
		if s.Description != form.Doc {
			t.Errorf("%s: %s", name, s.Description)
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(form.Names())), slices.Sorted(maps.Keys(s.Properties))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(append([]string{"type"}, form.Required...), s.Required); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if len(s.AnyOf) != len(form.OneOf) || len(s.Examples) != 1 {
			t.Errorf("%s: %v", name, s)
		}
		describedFields(t, name, form, fields, s)
	}
	var described []string
	for _, one := range d.Components.Schemas["Event"].OneOf {
		described = append(described, one.Ref)
	}
	if diff := cmp.Diff(refs, described); diff != "" {
		t.Error(diff)
	}
}

func describedFields(t *testing.T, name string, form events.Form, fields map[string]events.Field, s schema) {
	t.Helper()
	for field, p := range s.Properties {
		f := fields[field]
		words := f.Words
		if field == "status" {
			words = form.Words
		}
		if field == "type" {
			if p.Const != string(form.Type) {
				t.Errorf("%s: type is %s", name, p.Const)
			}
			continue
		}
		if diff := cmp.Diff(words, p.Enum); diff != "" || p.Description != f.Doc {
			t.Errorf("%s.%s: %s %s", name, field, p.Description, diff)
		}
		most := events.MaxText
		if field == "id" {
			most = events.MaxID
		}
		if f.Kind == events.Text && words == nil && p.MaxLength != most {
			t.Errorf("%s.%s has up to %d bytes", name, field, p.MaxLength)
		}
	}
}
