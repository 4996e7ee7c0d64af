//go:build soak

package stale_test

// soak: the lossless forms are tried on 10,000 worlds.
const soak = true
