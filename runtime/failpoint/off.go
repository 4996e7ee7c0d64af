//go:build !failpoint

package failpoint

// Hit marks a place where a test build can be killed. Here it does nothing.
func Hit(string) {}
