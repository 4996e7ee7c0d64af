package explain

import (
	"fmt"
	"io"
	"strings"
)

// Write writes the answer for people: why the partition of a number is not requested on
// the last tick of the story, then what would have it requested, or what stands in the way.
func (a *Answer) Write(w io.Writer, story Story, number int) error {
	var b strings.Builder
	fmt.Fprintln(&b, story.Sentence(number))
	if !a.Requested {
		a.writeSets(&b, story.Last().Name(number))
	}
	if !a.Requested && len(a.Sets) == 0 && len(a.Others) > 0 {
		fmt.Fprintln(&b, "\nIn the way, and no facts:")
		for _, text := range a.Others {
			fmt.Fprintf(&b, "  - %s\n", text)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (a *Answer) writeSets(b *strings.Builder, name string) {
	fmt.Fprintln(b, "\n"+a.headline(name))
	for i, set := range a.Sets {
		for j, change := range set {
			bullet := "   "
			if j == 0 && len(a.Sets) > 1 {
				bullet = fmt.Sprintf("%d. ", i+1)
			}
			fmt.Fprintf(b, "  %s%s\n", bullet, change.Text())
		}
	}
}

func (a *Answer) headline(name string) string {
	switch {
	case len(a.Sets) == 0 && a.GaveUp:
		return fmt.Sprintf("No set of facts was found in %d evaluations that would have it requested; there would be more to try.", a.Evaluations)
	case len(a.Sets) == 0:
		return "No set of up to four facts would have it requested."
	case len(a.Sets) == 1:
		return "`" + name + "` would be requested if"
	}
	return "`" + name + "` would be requested if one of these held:"
}
