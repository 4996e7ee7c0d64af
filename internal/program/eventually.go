package program

import (
	"testing"
	"time"
)

// Eventually asks until the answer is yes, and fails the test after a time: for what other
// processes do, which no clock of a test moves.
func Eventually(t testing.TB, within time.Duration, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !yes(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}
