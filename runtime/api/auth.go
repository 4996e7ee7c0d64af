package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// hashed gives the hashes of tokens, so that comparing takes as long for every token.
func hashed(tokens []string) [][32]byte {
	var out [][32]byte
	for _, token := range tokens {
		if token != "" {
			out = append(out, sha256.Sum256([]byte(token)))
		}
	}
	return out
}

// authorize refuses a call that shows no token, or, where there are none, one that is not
// for this machine.
func (a *API) authorize(r *http.Request) error {
	if len(a.Tokens) == 0 {
		if !local(r.Host) {
			return &failure{code: http.StatusMisdirectedRequest, message: "Without tokens only calls for this machine are answered.", help: "Call `127.0.0.1` or `localhost`, or write `http: {tokens: …}` in the project file."}
		}
		return nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && a.knows(strings.TrimSpace(token)) {
		return nil
	}
	return &failure{code: http.StatusUnauthorized, message: "The call shows no token that is known.", help: "Send `Authorization: Bearer TOKEN`."}
}

// knows compares with all tokens, in the same time whatever is equal.
func (a *API) knows(token string) bool {
	sum, found := sha256.Sum256([]byte(token)), 0
	for i := range a.tokens {
		found |= subtle.ConstantTimeCompare(sum[:], a.tokens[i][:])
	}
	return found == 1
}

// local reports whether a Host header names this machine.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}
