package assets

import (
	"fmt"
	"slices"
	"strings"

	"auto/lang/diag"
)

// shown bounds how many keys a sentence names.
const shown = 3

// sentence ends a text with a full stop where it has no end.
func sentence(text string) string {
	if text = strings.TrimSpace(text); text == "" || strings.ContainsAny(text[len(text)-1:], ".?!") {
		return text
	}
	return text + "."
}

// keysText names keys in a sentence: a few, and how many more.
func keysText(keys []string) string {
	if rest := len(keys) - shown; rest > 1 {
		return fmt.Sprintf("`%s` and %d more", strings.Join(keys[:shown], "`, `"), rest)
	}
	return "`" + strings.Join(keys, "`, `") + "`"
}

// grouped collects things that share a sentence, in the order of their first.
type grouped struct {
	texts []string
	keys  map[string][]string
}

func (g *grouped) add(text, key string) {
	if g.keys == nil {
		g.keys = map[string][]string{}
	}
	if g.keys[text] == nil {
		g.texts = append(g.texts, text)
	}
	g.keys[text] = append(g.keys[text], key)
}

// doubted has a finding for each doubt, with all that it is about.
func (i *importer) doubted() {
	var partitions, mappings grouped
	for _, a := range i.out.Assets {
		if a.Doubt != "" {
			partitions.add(a.Doubt, a.Key)
		}
		for n, doubt := range a.DepDoubts {
			if doubt != "" {
				mappings.add(doubt, a.Deps[n].Key+" → "+a.Key)
			}
		}
	}
	const ways = "Use auto_dagster in the code location, name its code server under `grpc`, or settle it in an overrides file: "
	for _, text := range partitions.texts {
		i.add(diag.DagsterDoubt, ways+"`assets: [{key: KEY, partitions: …}]`.", "Partitions of %s: %s", keysText(partitions.keys[text]), text)
	}
	for _, text := range mappings.texts {
		i.add(diag.DagsterDoubt, ways+"`assets: [{key: KEY, deps: [{key: UPSTREAM, mapping: …}]}]`.", "Mapping of %s: %s", keysText(mappings.keys[text]), text)
	}
}

// driven has a finding for each running sensor of Dagster.
func (i *importer) driven() {
	var sensors grouped
	for _, a := range i.out.Assets {
		there := i.d.Assets[a.Key]
		if sensor, ok := there.Driven(); ok {
			sensors.add(sensor.Name, a.Key)
		}
		for _, check := range there.Checks {
			if sensor, ok := check.Driven(); ok {
				sensors.add(sensor.Name, a.Key+":"+check.Name)
			}
		}
	}
	slices.Sort(sensors.texts)
	for _, name := range sensors.texts {
		i.add(diag.DrivenTwice, "Stop the sensor in Dagster before policies of these assets run.", "The sensor `%s` of Dagster runs, and launches %s by their AutomationConditions.", name, keysText(sensors.keys[name]))
	}
}
