//go:build !failpoint

package main

import "auto/runtime/clock"

func systemClock() clock.Clock { return clock.System{} }
