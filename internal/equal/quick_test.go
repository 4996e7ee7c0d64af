//go:build !soak

package equal_test

// wanted is how many nodes the oracle evaluates at least.
const wanted = 120_000
