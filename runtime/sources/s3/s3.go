// Package s3 is the source of objects in a bucket of S3 or of a store that speaks its
// protocol.
package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"auto/runtime/clock"
	"auto/runtime/sources"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Options say which bucket, and how it is reached. Credentials come from the standard
// chain: environment, shared files, roles.
type Options struct {
	Bucket string
	// Region and Endpoint are those of the chain where they are empty.
	Region, Endpoint string
	// PathStyle puts the bucket into the path, as most compatible stores want it.
	PathStyle bool
	// Timeout bounds one call, 30 s where it is 0.
	Timeout time.Duration
	// PageSize is the most keys of one call, 1000 where it is 0.
	PageSize int32
	Clock    clock.Clock
	// Random gives a number in [0, 1), for the jitter of waits.
	Random func() float64
	// Transport carries the calls; nil for the SDK's.
	Transport http.RoundTripper
}

// attempts is how often a call is made before its failure is given; waits between them
// double from firstWait.
const (
	attempts  = 5
	firstWait = 200 * time.Millisecond
)

// Bucket is a sources.Source.
type Bucket struct {
	Options
	client *s3.Client
}

var _ sources.Source = (*Bucket)(nil)

// New gives the source of a bucket. It fails where the shared configuration cannot be
// read; whether the bucket can be reached shows with the first call.
func New(ctx context.Context, o Options) (*Bucket, error) {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.PageSize == 0 {
		o.PageSize = 1000
	}
	loaded, err := config.LoadDefaultConfig(ctx, func(l *config.LoadOptions) error {
		if o.Region != "" {
			l.Region = o.Region
		}
		l.DefaultRegion = "us-east-1"
		return nil
	})
	if err != nil {
		return nil, &sources.Error{Kind: sources.BadCredentials, Message: fmt.Sprintf("The configuration of the AWS tools cannot be read: %v.", err), Help: "Look at the environment and the files below ~/.aws.", Err: err}
	}
	client := s3.NewFromConfig(loaded, func(c *s3.Options) {
		if o.Endpoint != "" {
			c.BaseEndpoint = aws.String(o.Endpoint)
		}
		c.UsePathStyle = o.PathStyle
		// The SDK's retries share a quota, which an outage uses up: then calls fail at
		// once. Calls are tried again here instead.
		c.Retryer = aws.NopRetryer{}
		if o.Transport != nil {
			c.HTTPClient = &http.Client{Transport: o.Transport}
		}
	})
	return &Bucket{o, client}, nil
}

// Bucket implements sources.Source.
func (b *Bucket) Bucket() string { return b.Options.Bucket }

// List implements sources.Source. Each page is asked for until it comes; a listing goes
// on where it was, and never begins anew.
func (b *Bucket) List(ctx context.Context, prefix string, yield func([]sources.Object) error) (sources.Stats, error) {
	var stats sources.Stats
	input := &s3.ListObjectsV2Input{
		Bucket: aws.String(b.Options.Bucket), MaxKeys: aws.Int32(b.PageSize),
		// XML cannot hold every character that a key can.
		EncodingType: types.EncodingTypeUrl,
	}
	if prefix != "" {
		input.Prefix = aws.String(prefix)
	}
	for {
		page, err := call(ctx, b, &stats.Calls, func(ctx context.Context) (*s3.ListObjectsV2Output, error) { return b.client.ListObjectsV2(ctx, input) })
		if err != nil {
			return stats, err
		}
		objects, err := b.objects(page)
		if err != nil {
			return stats, err
		}
		stats.Keys += len(objects)
		if err := yield(objects); err != nil {
			return stats, err
		}
		if !aws.ToBool(page.IsTruncated) {
			return stats, nil
		}
		if aws.ToString(page.NextContinuationToken) == "" {
			return stats, &sources.Error{Kind: sources.Unavailable, Message: "The store says that the listing goes on, but not where.", Help: "It is listed again on the next tick."}
		}
		input.ContinuationToken = page.NextContinuationToken
	}
}

func (b *Bucket) objects(page *s3.ListObjectsV2Output) ([]sources.Object, error) {
	objects := make([]sources.Object, len(page.Contents))
	for i, o := range page.Contents {
		key := aws.ToString(o.Key)
		if page.EncodingType == types.EncodingTypeUrl {
			decoded, err := url.QueryUnescape(key)
			if err != nil {
				return nil, &sources.Error{Message: fmt.Sprintf("The store listed a key that cannot be decoded: %q.", key), Help: "Look at the store: the listing says `EncodingType=url`.", Err: err}
			}
			key = decoded
		}
		objects[i] = sources.Object{Key: key, Size: aws.ToInt64(o.Size), ETag: tag(o.ETag), LastModified: aws.ToTime(o.LastModified).UTC()}
	}
	return objects, nil
}

func tag(quoted *string) string { return strings.Trim(aws.ToString(quoted), `"`) }

// Stat implements sources.Source.
func (b *Bucket) Stat(ctx context.Context, key string) (sources.Object, error) {
	calls := 0
	head, err := call(ctx, b, &calls, func(ctx context.Context) (*s3.HeadObjectOutput, error) {
		return b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(b.Options.Bucket), Key: aws.String(key)})
	})
	if err != nil {
		if failure := (*sources.Error)(nil); errors.As(err, &failure) && failure.Kind == sources.NotExist {
			return sources.Object{}, sources.Missing(b.Options.Bucket, key)
		}
		return sources.Object{}, err
	}
	return sources.Object{Key: key, Size: aws.ToInt64(head.ContentLength), ETag: tag(head.ETag), LastModified: aws.ToTime(head.LastModified).UTC(), VersionID: aws.ToString(head.VersionId)}, nil
}

// Move implements sources.Source.
func (b *Bucket) Move(ctx context.Context, from, to string) error {
	if _, err := b.Stat(ctx, from); errors.Is(err, sources.ErrNotExist) {
		_, err = b.Stat(ctx, to)
		return err
	} else if err != nil {
		return err
	}
	calls := 0
	source := (&url.URL{Path: b.Options.Bucket + "/" + from}).EscapedPath()
	_, err := call(ctx, b, &calls, func(ctx context.Context) (*s3.CopyObjectOutput, error) {
		return b.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String(b.Options.Bucket), Key: aws.String(to), CopySource: aws.String(strings.ReplaceAll(source, "+", "%2B"))})
	})
	if err != nil {
		return err
	}
	_, err = call(ctx, b, &calls, func(ctx context.Context) (*s3.DeleteObjectOutput, error) {
		return b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(b.Options.Bucket), Key: aws.String(from)})
	})
	return err
}

// call makes one call, again while its failure can pass; calls counts each try.
func call[T any](ctx context.Context, b *Bucket, calls *int, do func(context.Context) (*T, error)) (*T, error) {
	for attempt := 1; ; attempt++ {
		*calls++
		bounded, cancel := context.WithTimeout(ctx, b.Timeout)
		out, err := do(bounded)
		cancel()
		if err == nil {
			return out, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		failure := b.explain(err)
		if attempt == attempts || !passing(failure.Kind) {
			return nil, failure
		}
		if err := b.pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

func passing(k sources.Kind) bool {
	return k == sources.Timeout || k == sources.Unreachable || k == sources.Unavailable
}

// pause waits before another try: doubling, and within its upper half at random.
func (b *Bucket) pause(ctx context.Context, attempt int) error {
	full := firstWait << (attempt - 1)
	wait := full/2 + time.Duration(b.Random()*float64(full/2))
	done, cancel := b.Clock.Until(b.Clock.Now().Add(wait))
	defer cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
