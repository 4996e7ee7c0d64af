package gql_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/dagster/gql"
)

// authority makes a certificate that signs itself, with its key, as PEM files.
func authority(t *testing.T, name string) (certificate, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, name+".pem", pemOf("CERTIFICATE", signed)), write(t, name+".key", pemOf("PRIVATE KEY", packed))
}

func pemOf(kind string, body []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: body}))
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTLS: a server is trusted by the file that names who signed its certificate, and is
// shown the client's where it asks.
func TestTLS(t *testing.T) {
	certificate, key := authority(t, "client")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":{"version":"1"}}`)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	text, err := os.ReadFile(certificate)
	if err != nil {
		t.Fatal(err)
	}
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
	server.TLS.ClientCAs.AppendCertsFromPEM(text)
	server.StartTLS()
	defer server.Close()
	ca := write(t, "ca.pem", pemOf("CERTIFICATE", server.Certificate().Raw))
	for name, test := range map[string]struct {
		files   gql.TLSFiles
		message string
		kinds   []gql.Kind
	}{
		"all":            {gql.TLSFiles{CA: ca, Certificate: certificate, Key: key}, "", nil},
		"unknown":        {gql.TLSFiles{}, "`ca`", []gql.Kind{gql.Unsent}},
		"another":        {gql.TLSFiles{CA: certificate}, "`ca`", []gql.Kind{gql.Unsent}},
		"no certificate": {gql.TLSFiles{CA: ca}, "certificate", []gql.Kind{gql.Unsent, gql.Lost}},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := gql.TLS(test.files)
			if err != nil {
				t.Fatal(err)
			}
			got, failed := ask(t.Context(), client(server.URL, func(o *gql.Options) { o.TLS = config }))
			if test.message == "" {
				if failed != nil || got.Version != "1" {
					t.Errorf("%+v", failed)
				}
				return
			}
			if failed == nil || !strings.Contains(failed.Message, test.message) || !slices.Contains(test.kinds, failed.Kind) {
				t.Errorf("%+v", failed)
			}
		})
	}
	plain := strings.Replace(server.URL, "https", "http", 1)
	if _, failed := ask(t.Context(), client(plain)); failed == nil || !strings.Contains(failed.Message, "HTTPS") {
		t.Errorf("%+v", failed)
	}
}

// TestNoTLS: a server without it is told apart from one that is down.
func TestNoTLS(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, failed := ask(t.Context(), client(strings.Replace(server.URL, "http", "https", 1)))
	if failed == nil || failed.Kind != gql.Unsent || !strings.Contains(failed.Message, "`http://`") {
		t.Errorf("%+v", failed)
	}
}

// TestTLSFiles: a file that cannot be used is named, with what to write.
func TestTLSFiles(t *testing.T) {
	certificate, key := authority(t, "a")
	_, other := authority(t, "b")
	empty, absent := write(t, "empty.pem", "no PEM"), filepath.Join(t.TempDir(), "absent.pem")
	for name, test := range map[string]struct {
		files gql.TLSFiles
		parts []string
	}{
		"absent authority":   {gql.TLSFiles{CA: absent}, []string{absent, "no such file"}},
		"a folder":           {gql.TLSFiles{CA: filepath.Dir(empty)}, []string{"cannot be read", "directory"}},
		"no certificates":    {gql.TLSFiles{CA: empty}, []string{empty, "no certificate"}},
		"a key as authority": {gql.TLSFiles{CA: key}, []string{key, "no certificate"}},
		"no key":             {gql.TLSFiles{Certificate: certificate}, []string{certificate, "`key`"}},
		"no certificate":     {gql.TLSFiles{Key: key}, []string{key, "`certificate`"}},
		"absent certificate": {gql.TLSFiles{Certificate: absent, Key: key}, []string{absent, "cannot be read"}},
		"absent key":         {gql.TLSFiles{Certificate: certificate, Key: absent}, []string{absent, "cannot be read"}},
		"of another pair":    {gql.TLSFiles{Certificate: certificate, Key: other}, []string{certificate, other, "one pair"}},
		"no PEM":             {gql.TLSFiles{Certificate: certificate, Key: empty}, []string{empty, "PEM"}},
	} {
		_, err := gql.TLS(test.files)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, part := range test.parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q has no %q", name, err, part)
			}
		}
	}
	if config, err := gql.TLS(gql.TLSFiles{}); config != nil || err != nil {
		t.Error(config, err)
	}
}
