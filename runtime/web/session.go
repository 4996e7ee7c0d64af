package web

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"auto/runtime/parameters"
)

// sessionTime is how long somebody stays signed in.
const sessionTime = 12 * time.Hour

// anonymous is the author of an edit of somebody who gave no name.
const anonymous = "operations page"

// session is somebody who is signed in. The zero session is nobody.
type session struct {
	// Author is the name that the history has.
	Author string
	// CSRF is what the forms of the session carry.
	CSRF string
	// Foreign: the call is a form that is not one of the session.
	Foreign bool
	text    string
}

// Name gives what the person called themselves, "" for nothing.
func (s session) Name() string {
	if s.Author == anonymous {
		return ""
	}
	return s.Author
}

// sessions signs what browsers keep: nothing is kept here, and a restart with the same
// tokens ends no session.
type sessions struct {
	key    []byte
	tokens [][32]byte
	// cookie is a name of its own for each key, since the ports of a machine share cookies.
	cookie string
}

func newSessions(tokens []string) sessions {
	all := sha256.New()
	s := sessions{}
	for _, token := range tokens {
		if token == "" {
			continue
		}
		sum := sha256.Sum256([]byte(token))
		s.tokens = append(s.tokens, sum)
		all.Write(sum[:])
	}
	s.key = all.Sum([]byte("auto operations page"))
	s.cookie = "auto_" + hex.EncodeToString(s.mac("cookie", "")[:4])
	return s
}

func (s sessions) mac(purpose, text string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(purpose + "\x00" + text))
	return h.Sum(nil)
}

// sign gives the signature of a text, for one purpose.
func (s sessions) sign(purpose, text string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac(purpose, text))
}

func (s sessions) signed(purpose, text, signature string) bool {
	return hmac.Equal([]byte(s.sign(purpose, text)), []byte(signature))
}

// knows compares a token with all, in the same time whatever is equal.
func (s sessions) knows(token string) bool {
	sum, found := sha256.Sum256([]byte(token)), 0
	for i := range s.tokens {
		found |= subtle.ConstantTimeCompare(sum[:], s.tokens[i][:])
	}
	return found == 1
}

// begin gives the cookie of a session: a nonce, its end and the author, signed.
func (s sessions) begin(nonce []byte, author string, ends time.Time) *http.Cookie {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode(nonce) + "." + strconv.FormatInt(ends.Unix(), 36) + "." + encode([]byte(author))
	return &http.Cookie{
		Name: s.cookie, Value: text + "." + s.sign("session", text), Path: Root,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}

// of gives the session of a call, and false where it has none that is in force.
func (s sessions) of(r *http.Request, now time.Time) (session, bool) {
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return session{}, false
	}
	cut := strings.LastIndexByte(c.Value, '.')
	if cut < 0 || !s.signed("session", c.Value[:cut], c.Value[cut+1:]) {
		return session{}, false
	}
	text := c.Value[:cut]
	parts := strings.Split(text, ".")
	ends, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil || now.Unix() >= ends {
		return session{}, false
	}
	author, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return session{}, false
	}
	return session{Author: string(author), CSRF: s.sign("form", text), text: text}, true
}

// authorName gives a name as the history has it.
func authorName(text string) string { return cmp.Or(parameters.Author(text), anonymous) }
