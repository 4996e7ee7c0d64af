//go:build failpoint

package main

import (
	"errors"
	"strings"

	"auto/runtime/clock"
)

func systemClock() clock.Clock { return clock.System{} }

// clockFlag lets a test move the clock.
type clockFlag struct {
	Clock string `help:"Take the time from a test, at unix:PATH."`
}

func (f clockFlag) use(s system) (system, func(), error) {
	if f.Clock == "" {
		return s, func() {}, nil
	}
	path, ok := strings.CutPrefix(f.Clock, "unix:")
	if !ok {
		return s, nil, errors.New("--clock takes unix:PATH")
	}
	remote, err := clock.Dial(path)
	if err != nil {
		return s, nil, err
	}
	s.clock = remote
	return s, func() { remote.Close() }, nil
}
