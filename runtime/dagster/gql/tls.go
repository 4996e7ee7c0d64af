package gql

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// TLSFiles are PEM files that say how a webserver is trusted and what it is shown. All
// may be "".
type TLSFiles struct {
	// CA are the certificates of who may have signed the server's, in place of those of the
	// system.
	CA string
	// Certificate and Key are what is shown to a server that asks for it; both or neither.
	Certificate, Key string
}

// TLSError is a file that cannot be used.
type TLSError struct {
	// Message says what is wrong, Help what to write instead; a sentence each.
	Message, Help string
	err           error
}

// Error gives both sentences.
func (e *TLSError) Error() string { return e.Message + " " + e.Help }

// Unwrap gives the cause, nil where there is none.
func (e *TLSError) Unwrap() error { return e.err }

// TLS reads files; it gives nil where all are "". An error is a *TLSError.
func TLS(files TLSFiles) (*tls.Config, error) {
	if files == (TLSFiles{}) {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if files.CA != "" {
		pem, err := readPEM(files.CA)
		if err != nil {
			return nil, err
		}
		if config.RootCAs = x509.NewCertPool(); !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &TLSError{Message: "The file " + files.CA + " has no certificate.", Help: "Write a PEM file, with `-----BEGIN CERTIFICATE-----`."}
		}
	}
	switch {
	case files.Key == "" && files.Certificate == "":
		return config, nil
	case files.Key == "":
		return nil, &TLSError{Message: "The certificate " + files.Certificate + " has no key.", Help: "Write `key` beside it."}
	case files.Certificate == "":
		return nil, &TLSError{Message: "The key " + files.Key + " has no certificate.", Help: "Write `certificate` beside it."}
	}
	shown, err := pair(files)
	config.Certificates = []tls.Certificate{shown}
	return config, err
}

// pair reads a certificate and its key.
func pair(files TLSFiles) (tls.Certificate, error) {
	certificate, err := readPEM(files.Certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := readPEM(files.Key)
	if err != nil {
		return tls.Certificate{}, err
	}
	shown, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return tls.Certificate{}, &TLSError{
			Message: fmt.Sprintf("The certificate %s and the key %s cannot be used: %v.", files.Certificate, files.Key, err),
			Help:    "Write PEM files of one pair; the key without a passphrase.", err: err,
		}
	}
	return shown, nil
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return text, nil
	}
	reason := err
	var at *fs.PathError
	if errors.As(err, &at) {
		reason = at.Err // the path is in the message already
	}
	return nil, &TLSError{Message: fmt.Sprintf("The file %s cannot be read: %v.", path, reason), Help: "Name a file that this process may read.", err: err}
}
