//go:build !soak

package launcher_test

import "time"

// soak: the webserver is killed, too, while launches are made over a broken wire.
const soak = false

// launches are made over a broken wire, which is in order again at the latest after a while.
const (
	launches = 20
	couriers = 4 // at once
	looked   = 30 * time.Second
	restarts = 8 // one in so many changes restarts the launcher, too
	longest  = 5 * time.Second
)
