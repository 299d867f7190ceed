// Uses the AWS SDK for Go v2 like an application: prints each successful step, and ends at the first failure. With the
// default settings OSS refuses two kinds of requests.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const partSizeMin = 5 * 1024 * 1024
const key = "a b/猫+.txt"

var ctx = context.Background()
var bucket = aws.String(os.Getenv("BUCKET"))

func clientWith(endpoint string, more ...func(*s3.Options)) *s3.Client {
	pem, err := os.ReadFile(os.Getenv("CA_FILE"))
	check(err)
	loaded, err := config.LoadDefaultConfig(ctx,
		config.WithRegion("cn-hangzhou"),
		config.WithBaseEndpoint(os.Getenv(endpoint)),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(os.Getenv("ACCESS_KEY_ID"), os.Getenv("ACCESS_KEY_SECRET"), "")),
		config.WithCustomCABundle(bytes.NewReader(pem)),
		config.WithRetryMaxAttempts(1),
	)
	check(err)
	style := func(o *s3.Options) { o.UsePathStyle = os.Getenv("STYLE") == "path" }
	return s3.NewFromConfig(loaded, append(more, style)...)
}

// The documented settings.
func whenRequired(o *s3.Options) {
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
}

func withMd5(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return smithyhttp.AddContentChecksumMiddleware(stack)
	})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func expect[T comparable](actual T, expected T) {
	if actual != expected {
		check(fmt.Errorf("%v is not %v", actual, expected))
	}
}

func refused(err error, code string) {
	var failure smithy.APIError
	if !errors.As(err, &failure) {
		check(fmt.Errorf("not refused: %v", err))
	}
	expect(failure.ErrorCode(), code)
}

func get(client *s3.Client, key string) string {
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key})
	check(err)
	content, err := io.ReadAll(got.Body)
	check(err)
	return string(content)
}

func main() {
	byDefault := clientWith("S3_TLS_ENDPOINT")
	client := clientWith("S3_TLS_ENDPOINT", whenRequired)
	step := func(name string, work func()) {
		work()
		fmt.Println(name)
	}
	step("create bucket", func() {
		_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
		check(err)
		_, err = client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket})
		check(err)
	})
	step("refused: trailers", func() {
		_, err := byDefault.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String(key), Body: strings.NewReader("hello")})
		refused(err, "NotImplemented")
	})
	step("refused: DeleteObjects", func() {
		name := "a"
		_, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: &name}}}})
		refused(err, "MissingArgument")
	})
	step("put", func() {
		put, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String(key), Body: strings.NewReader("hello"), Metadata: map[string]string{"by": "tom"}})
		check(err)
		expect(*put.ETag, `"5D41402ABC4B2A76B9719D911017C592"`)
	})
	step("get", func() {
		expect(get(client, key), "hello")
		head, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String(key)})
		check(err)
		expect(head.Metadata["by"], "tom")
	})
	step("copy", func() {
		_, err := client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: aws.String("copy"), CopySource: aws.String(*bucket + "/a%20b/%E7%8C%AB%2B.txt")})
		check(err)
		expect(get(client, "copy"), "hello")
	})
	step("list", func() {
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(1)})
		var keys []string
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			check(err)
			for _, one := range page.Contents {
				keys = append(keys, *one.Key)
			}
		}
		expect(strings.Join(keys, ","), key+",copy")
	})
	step("multipart", func() {
		begun, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("big")})
		check(err)
		var parts []types.CompletedPart
		for i, content := range []string{strings.Repeat("a", partSizeMin), "b"} {
			number := aws.Int32(int32(i + 1))
			part, err := client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: aws.String("big"), UploadId: begun.UploadId, PartNumber: number, Body: bytes.NewReader([]byte(content))})
			check(err)
			parts = append(parts, types.CompletedPart{PartNumber: number, ETag: part.ETag})
		}
		_, err = client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: aws.String("big"), UploadId: begun.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
		check(err)
		expect(len(get(client, "big")), partSizeMin+1)
	})
	step("presigned", func() {
		signed, err := s3.NewPresignClient(clientWith("S3_ENDPOINT", whenRequired)).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String(key)})
		check(err)
		answer, err := http.Get(signed.URL)
		check(err)
		content, err := io.ReadAll(answer.Body)
		check(err)
		expect(string(content), "hello")
	})
	step("no such key", func() {
		_, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("missing")})
		refused(err, "NoSuchKey")
	})
	step("delete", func() {
		var all []types.ObjectIdentifier
		for _, name := range []string{key, "copy", "big"} {
			all = append(all, types.ObjectIdentifier{Key: aws.String(name)})
		}
		_, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: all}}, withMd5)
		check(err)
		_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
		check(err)
	})
}
