package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/runtime/events"
)

// events makes the events that the command line describes: one for each asset or check,
// or one about all of them.
func (c eventCommand) events(s system) ([]map[string]any, error) {
	common, err := c.common(s)
	if err != nil {
		return nil, err
	}
	switch events.Type(c.Type) {
	case events.Run:
		return c.run(common)
	case events.Backfill:
		return c.backfill(common)
	case events.Partitions:
		return c.partitions(common)
	}
	field := "asset"
	if events.Type(c.Type) == events.Check {
		field = "check"
	}
	if len(c.Subjects) > 1 && c.ID != "" {
		return nil, errors.New("`--id` names one event, and several assets make several; give them ids of their own in JSON, by `--file`")
	}
	return each(common, field, c.Subjects), nil
}

// each makes an event for each subject; without any the one that lacks it.
func each(common map[string]any, field string, subjects []string) []map[string]any {
	if len(subjects) == 0 {
		return []map[string]any{common}
	}
	var list []map[string]any
	for _, text := range subjects {
		about := parseSubject(text)
		e := with(common, field, about.key)
		if about.partition != "" {
			e["partition"] = about.partition
		}
		list = append(list, e)
	}
	return list
}

// with gives a copy of an event with one more field.
func with(e map[string]any, name string, value any) map[string]any {
	out := map[string]any{name: value}
	for name, value := range e {
		out[name] = value
	}
	return out
}

// common gives the fields that flags stand for, those that are given.
func (c eventCommand) common(s system) (map[string]any, error) {
	e := map[string]any{"type": c.Type}
	for name, text := range map[string]string{
		"id": c.ID, "run_id": c.RunID, "request_id": c.RequestID, "status": c.Status, "data_version": c.DataVersion,
		"severity": c.Severity, "state": c.State, "backfill_id": c.BackfillID,
	} {
		if text != "" {
			e[name] = text
		}
	}
	for name, list := range map[string][]string{"add": c.Add, "delete": c.Delete} {
		if len(list) > 0 {
			e[name] = list
		}
	}
	if len(c.Tags) > 0 {
		e["tags"] = c.Tags
	}
	if c.Passed != nil {
		e["passed"] = *c.Passed
	}
	if c.At == "" {
		return e, nil
	}
	at, err := readInstant(c.At, s.clock.Now())
	e["at"] = at.Format(time.RFC3339Nano)
	return e, err
}

// run makes the events of a run: all that it makes has the same partitions.
func (c eventCommand) run(e map[string]any) ([]map[string]any, error) {
	keys, partitions, err := sameKeys(c.Subjects)
	if err != nil {
		return nil, err
	}
	var assets, checks []string
	for _, key := range keys {
		if strings.Contains(key, ":") {
			checks = append(checks, key)
		} else {
			assets = append(assets, key)
		}
	}
	if assets != nil {
		e["assets"] = assets
	}
	if checks != nil {
		e["checks"] = checks
	}
	switch len(partitions) {
	case 0:
	case 1:
		e["partition"] = partitions[0]
	default:
		e["partitions"] = partitions
	}
	return []map[string]any{e}, nil
}

// sameKeys gives the keys of subjects and the partitions that each of them has.
func sameKeys(subjects []string) (keys, partitions []string, err error) {
	byKey, order := byKey(subjects)
	for _, key := range order {
		slices.Sort(byKey[key])
		if partitions = byKey[order[0]]; !slices.Equal(byKey[key], partitions) {
			return nil, nil, fmt.Errorf("`%s` and `%s` have not the same partitions; give one command for each partition", order[0], key)
		}
	}
	return order, partitions, nil
}

// byKey groups the partitions of subjects by key, and gives the keys in their order.
func byKey(subjects []string) (map[string][]string, []string) {
	out, order := map[string][]string{}, []string{}
	for _, text := range subjects {
		about := parseSubject(text)
		if _, ok := out[about.key]; !ok {
			order = append(order, about.key)
			out[about.key] = []string{}
		}
		if about.partition != "" && !slices.Contains(out[about.key], about.partition) {
			out[about.key] = append(out[about.key], about.partition)
		}
	}
	return out, order
}

// backfill makes the event of a backfill, whose subjects are its targets.
func (c eventCommand) backfill(e map[string]any) ([]map[string]any, error) {
	for name, subjects := range map[string][]string{"targets": c.Subjects, "materialized": c.Done, "failed": c.Failed} {
		if len(subjects) > 0 {
			e[name], _ = byKey(subjects)
		}
	}
	return []map[string]any{e}, nil
}

// partitions makes the event about keys of a definition, which is its subject.
func (c eventCommand) partitions(e map[string]any) ([]map[string]any, error) {
	if len(c.Subjects) > 1 {
		return nil, errors.New("give one definition and its keys, such as `auto event partitions customers --add acme`")
	}
	for _, name := range c.Subjects {
		e["name"] = name
	}
	return []map[string]any{e}, nil
}
