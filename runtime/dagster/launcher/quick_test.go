//go:build !soak

package launcher_test

import "time"

// soak: the webserver is killed, too, while launches are made over a broken wire.
const soak = false

// launches are made over a broken wire, which is in order again at the latest after a while.
const (
	launches = 20
	longest  = 5 * time.Second
)
