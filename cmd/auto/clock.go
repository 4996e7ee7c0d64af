//go:build !failpoint

package main

import "auto/runtime/clock"

func systemClock() clock.Clock { return clock.System{} }

// clockFlag has no flags: an ordinary build has the machine's clock.
type clockFlag struct{}

func (clockFlag) use(s system) (system, func(), error) { return s, func() {}, nil }
