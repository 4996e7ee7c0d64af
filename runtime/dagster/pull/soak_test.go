//go:build soak

package pull_test

// requests are launched while the daemon and auto are killed so many times.
const requests, kills = 400, 40
