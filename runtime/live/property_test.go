package live_test

import (
	"fmt"
	"testing"

	"auto/runtime/live"

	"pgregory.net/rapid"
)

// TestJournalIsTheState: whatever comes, the journal played again gives what the daemon
// gave, byte for byte, from its beginning and from any snapshot; and so it goes on. Ticks
// that were idle are not in it.
func TestJournalIsTheState(t *testing.T) { rapid.Check(t, checkJournal) }

func FuzzJournal(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkJournal)) }

func checkJournal(t *rapid.T) {
	l := newLab(t)
	if l.draw(3, "events before policies") == 0 {
		l.happen()
	}
	for range 20 {
		if l.put(l.drawTexts()) {
			break
		}
	}
	if l.p.Setup == nil { // each that was drawn had findings
		l.put(texts{"auto.yaml": "", "assets/a.yaml": fmt.Sprintf(assetsText, "partitions: fixed"), "policies/p.auto": ""})
	}
	for range 5 + l.draw(40, "steps") {
		l.step()
	}
	l.restart()
	for range l.draw(10, "more steps") {
		l.step()
	}
	fresh := live.NewProject(l.load)
	l.same("the journal", fresh, 0)
	for _, s := range l.saved {
		p, err := live.Restore(s.body, l.load)
		if err != nil {
			t.Fatal(err)
		}
		l.same("a snapshot", p, s.seq)
	}
	l.later("later", l.p, fresh)
}

// step does one thing.
func (l *lab) step() {
	switch l.draw(15, "step") {
	case 0, 1, 2:
		l.happen()
	case 3, 4, 5, 6:
		if len(l.p.Sensors) > 0 {
			l.tick(l.p.Sensors[l.draw(len(l.p.Sensors), "sensor")])
		}
	case 7, 8, 9:
		l.pass()
	case 10:
		if l.draw(2, "resume") == 0 {
			l.resume()
		} else {
			l.pause()
		}
	case 11:
		l.down()
	case 12:
		l.put(l.drawTexts())
	case 13:
		l.save()
	case 14:
		l.edit()
	}
}
