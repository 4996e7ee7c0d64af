package rules

import (
	"fmt"

	"auto/compiler/files"
	"auto/vm/match"
)

// Trial is a rule that did not match a file.
type Trial struct {
	// Rule is the rule's name, Why the reason as a part of a sentence. Of an unmatched
	// file only the first rules have one, unless its key is only tried out.
	Rule, Why string
}

// explained is of how many rules an unmatched file has the reason: of thousands nobody
// reads it, and finding it out costs a match of each.
const explained = 10

// Tried says of each rule why it does not contribute to a file of a name and folder path.
// Rules that do are left out.
func (d *Decider) Tried(name, folder string) []Trial {
	var tried []Trial
	taken := false
	for i := range d.Program.Rules {
		r := &d.Program.Rules[i]
		why := whyNot(r, name, folder)
		if why == "" && taken {
			why = "an earlier rule took the file"
		}
		if why != "" {
			tried = append(tried, Trial{r.Name, why})
			continue
		}
		taken = d.Program.TakeFirst
	}
	return tried
}

// unmatchedBy gives all rules, and of the first ones why they did not match.
func (d *Decider) unmatchedBy(name, folder string) []Trial {
	tried := make([]Trial, len(d.Program.Rules))
	for i := range d.Program.Rules {
		r := &d.Program.Rules[i]
		tried[i].Rule = r.Name
		if i < explained {
			tried[i].Why = whyNot(r, name, folder)
		}
	}
	return tried
}

// whyNot says why a rule does not match, "" where it does.
func whyNot(r *files.Rule, name, folder string) string {
	switch {
	case !r.Pattern.Matches(name):
		return fmt.Sprintf("the name `%s` does not match %s", name, shown(r.Pattern))
	case r.Folder != nil && !r.Folder.Matches(folder):
		return fmt.Sprintf("the folder `%s` does not match %s", folder, shown(r.Folder))
	}
	return ""
}

// shown gives a pattern as policies write it.
func shown(p *match.Pattern) string {
	if p.IsRegex() {
		return "`/" + p.Text() + "/`"
	}
	return "`\"" + p.Text() + "\"`"
}
