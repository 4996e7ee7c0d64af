package launch

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// SignatureHeader is the header that Sign gives the value of.
const SignatureHeader = "Auto-Signature"

// Sign gives the signature of a body at an instant: "t=UNIX,v1=HEX", where UNIX is the
// instant in seconds and HEX the HMAC-SHA-256 of "UNIX.BODY" with the secret, in
// hexadecimal digits. The receiver computes it again, and refuses an instant that is long
// past, so that nobody can send a delivery a second time later.
func Sign(secret, body []byte, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return fmt.Sprintf("t=%s,v1=%s", t, hex.EncodeToString(mac.Sum(nil)))
}
