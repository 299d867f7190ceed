// Uses minio-go, on which mc, restic, Loki and others are based, like an application: prints each successful step, and
// ends at the first failure. Over http minio-go signs uploads chunk by chunk.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const partSizeMin = 5 * 1024 * 1024
const key = "a b/猫+.txt"

var ctx = context.Background()
var bucket = os.Getenv("BUCKET")

func clientWith(endpoint string) *minio.Client {
	pem, err := os.ReadFile(os.Getenv("CA_FILE"))
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	at, err := url.Parse(os.Getenv(endpoint))
	check(err)
	lookup := minio.BucketLookupDNS
	if os.Getenv("STYLE") == "path" {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(at.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(os.Getenv("ACCESS_KEY_ID"), os.Getenv("ACCESS_KEY_SECRET"), ""),
		Secure:       at.Scheme == "https",
		Region:       "cn-hangzhou",
		BucketLookup: lookup,
		MaxRetries:   1,
		Transport:    &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
	})
	check(err)
	return client
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

func get(client *minio.Client, name string) string {
	object, err := client.GetObject(ctx, bucket, name, minio.GetObjectOptions{})
	check(err)
	content, err := io.ReadAll(object)
	check(err)
	return string(content)
}

func main() {
	plain := clientWith("S3_ENDPOINT")
	secure := clientWith("S3_TLS_ENDPOINT")
	step := func(name string, work func()) {
		work()
		fmt.Println(name)
	}
	step("create bucket", func() {
		exists, err := plain.BucketExists(ctx, bucket)
		check(err)
		if !exists {
			check(plain.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: "oss-cn-hangzhou"}))
		}
		exists, err = plain.BucketExists(ctx, bucket)
		check(err)
		expect(exists, true)
	})
	step("put", func() {
		for _, client := range []*minio.Client{plain, secure} {
			options := minio.PutObjectOptions{UserMetadata: map[string]string{"by": "tom"}, ContentType: "text/plain"}
			_, err := client.PutObject(ctx, bucket, key, strings.NewReader("hello"), 5, options)
			check(err)
		}
	})
	step("get", func() {
		expect(get(plain, key), "hello")
		head, err := secure.StatObject(ctx, bucket, key, minio.StatObjectOptions{})
		check(err)
		expect(head.UserMetadata["By"], "tom")
	})
	step("copy", func() {
		_, err := plain.CopyObject(ctx, minio.CopyDestOptions{Bucket: bucket, Object: "copy"}, minio.CopySrcOptions{Bucket: bucket, Object: key})
		check(err)
		expect(get(secure, "copy"), "hello")
	})
	step("multipart", func() {
		content := strings.Repeat("a", partSizeMin) + "b"
		for _, client := range []*minio.Client{plain, secure} {
			options := minio.PutObjectOptions{PartSize: partSizeMin}
			_, err := client.PutObject(ctx, bucket, "big", bytes.NewReader([]byte(content)), int64(len(content)), options)
			check(err)
			expect(get(client, "big") == content, true)
		}
	})
	step("list", func() {
		var keys []string
		for one := range plain.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true, MaxKeys: 1}) {
			check(one.Err)
			keys = append(keys, one.Key)
		}
		expect(strings.Join(keys, ","), key+",big,copy")
	})
	step("presigned", func() {
		signed, err := plain.PresignedGetObject(ctx, bucket, key, time.Minute, url.Values{})
		check(err)
		answer, err := http.Get(signed.String())
		check(err)
		content, err := io.ReadAll(answer.Body)
		check(err)
		expect(string(content), "hello")
	})
	step("form", func() {
		policy := minio.NewPostPolicy()
		check(policy.SetBucket(bucket))
		check(policy.SetKey("form"))
		check(policy.SetExpires(time.Now().Add(time.Minute)))
		_, fields, err := plain.PresignedPostPolicy(ctx, policy)
		check(err)
		expect(fields["x-amz-signature"] != "", true)
	})
	step("no such key", func() {
		_, err := plain.StatObject(ctx, bucket, "missing", minio.StatObjectOptions{})
		expect(minio.ToErrorResponse(err).Code, "NoSuchKey")
	})
	step("delete", func() {
		objects := make(chan minio.ObjectInfo, 3)
		for _, name := range []string{key, "copy", "big"} {
			objects <- minio.ObjectInfo{Key: name}
		}
		close(objects)
		for failure := range plain.RemoveObjects(ctx, bucket, objects, minio.RemoveObjectsOptions{}) {
			check(failure.Err)
		}
		check(plain.RemoveBucket(ctx, bucket))
	})
}
