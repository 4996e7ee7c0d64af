package s3_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/sources"
	"auto/runtime/sources/s3"
	"auto/runtime/sources/sourcetest"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// cleanCredentials sets what the standard chain finds, and nothing of this machine.
func cleanCredentials(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "us-east-1",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// leaping is a clock on which every wait is over at once.
type leaping struct{}

func (leaping) Now() time.Time { return time.Unix(0, 0) }
func (leaping) Until(time.Time) (<-chan struct{}, func()) {
	done := make(chan struct{})
	close(done)
	return done, func() {}
}

var _ clock.Clock = leaping{}

func bucket(t *testing.T, endpoint string, o s3.Options) *s3.Bucket {
	t.Helper()
	return bucketAs(t, "key", "secret", endpoint, o)
}

func bucketAs(t *testing.T, key, secret, endpoint string, o s3.Options) *s3.Bucket {
	t.Helper()
	cleanCredentials(t)
	t.Setenv("AWS_ACCESS_KEY_ID", key)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	o.Bucket, o.Endpoint, o.PathStyle, o.Clock, o.Random = "landing", endpoint, true, leaping{}, func() float64 { return 0 }
	b, err := s3.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) sourcetest.Fixture {
		backend := s3mem.New()
		if err := backend.CreateBucket("landing"); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(gofakes3.New(backend).Server())
		t.Cleanup(server.Close)
		return sourcetest.Fixture{
			Source: bucket(t, server.URL, s3.Options{PageSize: 10}), PageSize: 10, Literal: true,
			Put: func(key, content string) {
				if _, err := backend.PutObject("landing", key, map[string]string{}, strings.NewReader(content), int64(len(content)), nil); err != nil {
					t.Fatal(err)
				}
			},
			Delete: func(key string) {
				if _, err := backend.DeleteObject("landing", key); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

const page = `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>`

func failure(code string) string {
	return `<?xml version="1.0"?><Error><Code>` + code + `</Code><Message>m</Message></Error>`
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name    string
		status  int
		body    string
		header  string
		kind    sources.Kind
		calls   int32
		mention string
	}{
		{"no such bucket", 404, failure("NoSuchBucket"), "", sources.NoSuchBucket, 1, "`landing`"},
		{"access denied", 403, failure("AccessDenied"), "", sources.AccessDenied, 1, "s3:ListBucket"},
		{"wrong region", 301, failure("PermanentRedirect"), "eu-west-3", sources.WrongRegion, 1, "region: eu-west-3"},
		{"region in the signature", 400, failure("AuthorizationHeaderMalformed"), "eu-west-3", sources.WrongRegion, 1, "eu-west-3"},
		{"unknown key", 403, failure("InvalidAccessKeyId"), "", sources.BadCredentials, 1, "AWS_ACCESS_KEY_ID"},
		{"slow down", 503, failure("SlowDown"), "", sources.Unavailable, 5, "SlowDown"},
		{"internal error", 500, failure("InternalError"), "", sources.Unavailable, 5, "InternalError"},
		{"broken page", 200, page[:60], "", sources.Unavailable, 5, "again"},
		{"bad request", 400, failure("InvalidArgument"), "", sources.Other, 1, "tick"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				if test.header != "" {
					w.Header().Set("X-Amz-Bucket-Region", test.header)
				}
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			}))
			defer server.Close()
			stats, err := bucket(t, server.URL, s3.Options{}).List(t.Context(), "", func([]sources.Object) error { return nil })
			var failed *sources.Error
			if !errors.As(err, &failed) || failed.Kind != test.kind || !strings.Contains(failed.Error(), test.mention) {
				t.Errorf("%v, kind %v", err, failed)
			}
			if calls.Load() != test.calls || stats.Calls != int(test.calls) {
				t.Errorf("%d calls, counted %d, want %d", calls.Load(), stats.Calls, test.calls)
			}
		})
	}
}

// TestRecovers: a listing goes on with the page that failed.
func TestRecovers(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n := calls.Add(1); {
		case n == 2 || n == 3:
			w.WriteHeader(500)
		case r.URL.Query().Get("continuation-token") == "next":
			io.WriteString(w, page)
		default:
			io.WriteString(w, `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken><Contents><Key>a</Key></Contents></ListBucketResult>`)
		}
	}))
	defer server.Close()
	keys := 0
	stats, err := bucket(t, server.URL, s3.Options{}).List(t.Context(), "", func(page []sources.Object) error { keys += len(page); return nil })
	if err != nil || keys != 1 || stats.Calls != 4 {
		t.Errorf("%d keys, %+v, %v", keys, stats, err)
	}
}

// hanging answers nothing until the call is given up.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestTimeout(t *testing.T) {
	_, err := bucket(t, "http://127.0.0.1:1", s3.Options{Transport: hanging{}, Timeout: time.Millisecond}).List(t.Context(), "", func([]sources.Object) error { return nil })
	var failed *sources.Error
	if !errors.As(err, &failed) || failed.Kind != sources.Timeout {
		t.Errorf("%v", err)
	}
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := bucket(t, server.URL, s3.Options{}).List(t.Context(), "", func([]sources.Object) error { return nil })
	var failed *sources.Error
	if !errors.As(err, &failed) || failed.Kind != sources.Unreachable {
		t.Errorf("%v", err)
	}
}

func TestNoCredentials(t *testing.T) {
	cleanCredentials(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	b, err := s3.New(t.Context(), s3.Options{Bucket: "landing", Endpoint: "http://127.0.0.1:1", Clock: leaping{}, Random: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.List(t.Context(), "", func([]sources.Object) error { return nil })
	var failed *sources.Error
	if !errors.As(err, &failed) || failed.Kind != sources.BadCredentials {
		t.Errorf("%v", err)
	}
}

// TestEncodedKeys: XML cannot hold every character, so keys come encoded.
func TestEncodedKeys(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("encoding-type") != "url" {
			t.Error("the listing is not asked for encoded keys")
		}
		io.WriteString(w, `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a+b%2Bc%01%0A%2541</Key><ETag>&quot;e&quot;</ETag></Contents></ListBucketResult>`)
	}))
	defer server.Close()
	_, err := bucket(t, server.URL, s3.Options{}).List(t.Context(), "", func(page []sources.Object) error {
		if page[0].Key != "a b+c\x01\n%41" || page[0].ETag != "e" {
			t.Errorf("%+v", page[0])
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
