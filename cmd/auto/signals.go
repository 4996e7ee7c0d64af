package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// signals gives a context that ends with SIGINT or SIGTERM.
func signals() (context.Context, func()) {
	return signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
}

// reloads gives a channel that gets a value for each SIGHUP.
func reloads() (<-chan struct{}, func()) {
	hup, out, done := make(chan os.Signal, 1), make(chan struct{}, 1), make(chan struct{})
	signal.Notify(hup, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hup:
				out <- struct{}{}
			case <-done:
				return
			}
		}
	}()
	return out, func() { signal.Stop(hup); close(done) }
}
