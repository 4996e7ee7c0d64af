package s3

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"auto/runtime/sources"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// codes are what the error codes of S3 mean, as far as it is told apart.
var codes = map[sources.Kind][]string{
	sources.NoSuchBucket:   {"NoSuchBucket"},
	sources.NotExist:       {"NoSuchKey", "NotFound"},
	sources.WrongRegion:    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"},
	sources.BadCredentials: {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "RequestTimeTooSkewed"},
	sources.AccessDenied:   {"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden"},
	sources.Unavailable:    {"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "Throttling", "TooManyRequests", "BadGateway", "GatewayTimeout"},
}

// explain gives the failure of a call with what is wrong and what to do.
func (b *Bucket) explain(err error) *sources.Error {
	e := &sources.Error{Kind: kindOf(err), Err: err}
	bucket := b.Options.Bucket
	switch e.Kind {
	case sources.NoSuchBucket:
		e.Message, e.Help = fmt.Sprintf("There is no bucket `%s`.", bucket), "Correct its name, or the endpoint in the project file."
	case sources.NotExist:
		e.Message, e.Help = "There is no such object.", "It may have been moved or deleted meanwhile."
	case sources.WrongRegion:
		e.Message, e.Help = fmt.Sprintf("The bucket `%s` is in another region.", bucket), "Write its `region` into the project file."
		if region := regionOf(err); region != "" {
			e.Message, e.Help = fmt.Sprintf("The bucket `%s` is in the region `%s`.", bucket, region), fmt.Sprintf("Write `region: %s` into the project file.", region)
		}
	case sources.BadCredentials:
		e.Message, e.Help = fmt.Sprintf("The credentials for the bucket `%s` are not accepted: %s.", bucket, codeOf(err)), "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a role."
	case sources.AccessDenied:
		e.Message, e.Help = fmt.Sprintf("Access to the bucket `%s` is denied.", bucket), "Allow s3:ListBucket on it and s3:GetObject on its objects, for a quarantine s3:PutObject and s3:DeleteObject too."
	case sources.Timeout:
		e.Message, e.Help = fmt.Sprintf("The bucket `%s` did not answer within %s.", bucket, b.Timeout), "It is tried again; a longer `timeout` can be written into the project file."
	case sources.Unreachable:
		e.Message, e.Help = fmt.Sprintf("The bucket `%s` cannot be reached: %v.", bucket, root(err)), "It is tried again; look at the network, the region and the endpoint."
	case sources.Unavailable:
		e.Message, e.Help = fmt.Sprintf("The store of the bucket `%s` cannot answer now: %s.", bucket, codeOf(err)), "It is tried again."
	default:
		e.Message, e.Help = fmt.Sprintf("The call for the bucket `%s` failed: %v.", bucket, root(err)), "It is tried again on the next tick."
	}
	return e
}

func kindOf(err error) sources.Kind {
	if code := codeOf(err); code != "" {
		for kind, list := range codes {
			if slices.Contains(list, code) {
				return kind
			}
		}
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() != 0 {
		return kindOfStatus(response.HTTPStatusCode())
	}
	return kindOfTransport(err)
}

func kindOfStatus(status int) sources.Kind {
	switch {
	case status == 301 || status == 307 || status == 308:
		return sources.WrongRegion
	case status == 403 || status == 401:
		return sources.AccessDenied
	case status == 404:
		return sources.NotExist
	case status == 408 || status == 429 || status >= 500, status >= 200 && status < 300:
		// An answer that breaks off has a good status and a body that cannot be read.
		return sources.Unavailable
	}
	return sources.Other
}

func kindOfTransport(err error) sources.Kind {
	var network net.Error
	var broken *xml.SyntaxError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return sources.Timeout
	case errors.As(err, &broken), errors.Is(err, io.ErrUnexpectedEOF):
		return sources.Unavailable
	case errors.As(err, &network):
		return sources.Unreachable
	case noCredentials(err):
		return sources.BadCredentials
	}
	return sources.Other
}

// noCredentials reports whether the chain found none, which the SDK tells only in words.
func noCredentials(err error) bool {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if op, ok := e.(*smithy.OperationError); ok {
			return containsAny(op.Err.Error(), "get identity", "get credentials", "failed to refresh cached credentials", "failed to retrieve credentials")
		}
	}
	return false
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if noCredentials(err) {
		return "none were found"
	}
	return ""
}

// regionOf gives the region that the store names in its answer.
func regionOf(err error) string {
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		return response.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// root gives the innermost cause, which names what happened.
func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
}
