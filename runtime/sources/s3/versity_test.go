package s3_test

import (
	"strings"
	"testing"

	"auto/internal/versity"
	"auto/runtime/sources/s3"
	"auto/runtime/sources/sourcetest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestConformanceOfServer runs the conformance test against a server of its own, whose
// keys are paths of a file system.
func TestConformanceOfServer(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) sourcetest.Fixture {
		server := versity.Start(t)
		client := sdk.New(sdk.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(server.Endpoint), UsePathStyle: true,
			Credentials: credentials.NewStaticCredentialsProvider(versity.AccessKey, versity.SecretKey, ""),
		})
		name := aws.String("landing")
		if _, err := client.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: name}); err != nil {
			t.Fatal(err)
		}
		return sourcetest.Fixture{
			Source: bucketAs(t, versity.AccessKey, versity.SecretKey, server.Endpoint, s3.Options{PageSize: 10}), PageSize: 10,
			Put: func(key, content string) {
				if _, err := client.PutObject(t.Context(), &sdk.PutObjectInput{Bucket: name, Key: &key, Body: strings.NewReader(content)}); err != nil {
					t.Fatal(err)
				}
			},
			Delete: func(key string) {
				if _, err := client.DeleteObject(t.Context(), &sdk.DeleteObjectInput{Bucket: name, Key: &key}); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}
