//go:build soak

package launcher_test

import "time"

// soak: the webserver is killed, too, while launches are made over a broken wire.
const soak = true

// launches are made over a broken wire, which is in order again at the latest after a while.
const (
	launches = 200
	couriers = 16 // at once
	looked   = 30 * time.Second
	restarts = 40 // one in so many changes restarts the launcher, too
	longest  = 4 * time.Minute
)
