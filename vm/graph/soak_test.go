//go:build soak

package graph_test

// soak: the windows of all zones and years are compared.
const soak = true
