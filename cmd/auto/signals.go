package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// signals gives a context that a second SIGINT or SIGTERM ends at once; the first
// one ends it too unless a command takes it for a drain.
func signals() (context.Context, func()) {
	return signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
}

// reloads gives a channel that gets a value for each SIGHUP.
func reloads() (<-chan os.Signal, func()) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	return hup, func() { signal.Stop(hup) }
}
