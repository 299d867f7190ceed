// Uses alibabacloud-oss-go-sdk-v2 like an application: prints each successful step, and ends at the first failure.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

const partSizeMin = 100 * 1024

var (
	bucket = oss.Ptr(os.Getenv("BUCKET"))
	key    = oss.Ptr("a b/猫.txt")
	ctx    = context.Background()
	v1     = open(os.Getenv("ACCESS_KEY_SECRET"), oss.SignatureVersionV1)
	v4     = open(os.Getenv("ACCESS_KEY_SECRET"), oss.SignatureVersionV4)
	answer = map[string]any{"Status": "OK"}
)

var steps = []struct {
	name string
	run  func()
}{
	{"create bucket", createBucket},
	{"put", put},
	{"get", get},
	{"range", getRange},
	{"copy", copyObject},
	{"list", list},
	{"append", appendObject},
	{"tagging", tag},
	{"ACL", acl},
	{"put with callback", putWithCallback},
	{"multipart with callback", multipartWithCallback},
	{"callback that fails", callbackThatFails},
	{"presigned V1", func() { presigned(v1) }},
	{"presigned V4", func() { presigned(v4) }},
	{"NoSuchKey", noSuchKey},
	{"wrong secret", wrongSecret},
	{"recovers from faults", recoverFromFaults},
	{"delete", deleteAll},
}

func main() {
	for _, step := range steps {
		step.run()
		fmt.Println(step.name)
	}
}

func open(secret string, version oss.SignatureVersionType) *oss.Client {
	return oss.NewClient(oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").
		WithEndpoint(os.Getenv("OSS_ENDPOINT")).
		WithSignatureVersion(version).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(os.Getenv("ACCESS_KEY_ID"), secret)))
}

func createBucket() {
	must(v4.PutBucket(ctx, &oss.PutBucketRequest{Bucket: bucket}))
	info := must(v1.GetBucketInfo(ctx, &oss.GetBucketInfoRequest{Bucket: bucket}))
	expect(*info.BucketInfo.Name, *bucket)
}

// The SDK repeats both by itself.
func recoverFromFaults() {
	content := strings.Repeat("b", partSizeMin+1)
	for _, name := range []string{"flaky/1", "flaky/2"} {
		must(v4.PutObject(ctx, &oss.PutObjectRequest{Bucket: bucket, Key: oss.Ptr(name), Body: strings.NewReader(content)}))
	}
	file := filepath.Join(must(os.MkdirTemp("", "flaky")), "2")
	must(v4.GetObjectToFile(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: oss.Ptr("flaky/2")}, file))
	expect(string(must(os.ReadFile(file))), content)
}

func put() {
	result := must(v4.PutObject(ctx, &oss.PutObjectRequest{
		Bucket: bucket, Key: key, Body: strings.NewReader("hello"), Metadata: map[string]string{"by": "tom"},
	}))
	expect(*result.ETag, `"5D41402ABC4B2A76B9719D911017C592"`)
}

func get() {
	result := must(v1.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: key}))
	expect(readAll(result.Body), "hello")
	expect(result.Metadata["by"], "tom")
}

func getRange() {
	result := must(v4.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: key, Range: oss.Ptr("bytes=1-3")}))
	expect(result.StatusCode, 206)
	expect(readAll(result.Body), "ell")
}

func copyObject() {
	copied := oss.Ptr("a b/copy")
	must(v4.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: bucket, Key: copied, SourceKey: key}))
	head := must(v4.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: bucket, Key: copied}))
	expect(head.ContentLength, int64(5))
}

func list() {
	var keys []string
	pages := v1.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{
		Bucket: bucket, Prefix: oss.Ptr("a b/"), MaxKeys: 1,
	})
	for pages.HasNext() {
		page := must(pages.NextPage(ctx))
		keys = append(keys, *page.Contents[0].Key)
	}
	expect(keys, []string{"a b/copy", *key})
	page := must(v4.ListObjects(ctx, &oss.ListObjectsRequest{Bucket: bucket, Delimiter: oss.Ptr("/")}))
	expect(len(page.CommonPrefixes), 1)
	expect(*page.CommonPrefixes[0].Prefix, "a b/")
}

func appendObject() {
	appendAt := func(position int64, content string) (*oss.AppendObjectResult, error) {
		return v4.AppendObject(ctx, &oss.AppendObjectRequest{
			Bucket: bucket, Key: oss.Ptr("log"), Position: oss.Ptr(position), Body: strings.NewReader(content),
		})
	}
	first := must(appendAt(0, "one"))
	must(appendAt(first.NextPosition, "two"))
	expect(read("log"), "onetwo")
	_, err := appendAt(1, "x")
	refused(err, 409, "PositionNotEqualToLength")
}

func tag() {
	tags := []oss.Tag{{Key: oss.Ptr("color"), Value: oss.Ptr("黑 black")}}
	must(v4.PutObjectTagging(ctx, &oss.PutObjectTaggingRequest{
		Bucket: bucket, Key: key, Tagging: &oss.Tagging{TagSet: &oss.TagSet{Tags: tags}},
	}))
	result := must(v4.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: bucket, Key: key}))
	expect(result.Tags, tags)
}

func acl() {
	must(v4.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: bucket, Key: key, Acl: oss.ObjectACLPublicRead}))
	result := must(v4.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: bucket, Key: key}))
	expect(*result.ACL, "public-read")
}

func putWithCallback() {
	result := must(v1.PutObject(ctx, &oss.PutObjectRequest{
		Bucket: bucket, Key: key, Body: strings.NewReader("hello"),
		Callback: callback(), CallbackVar: callbackVar(),
	}))
	expect(result.CallbackResult, answer)
}

func multipartWithCallback() {
	big := oss.Ptr("big")
	upload := must(v4.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: bucket, Key: big}))
	contents := []string{strings.Repeat("a", partSizeMin), "b"}
	var parts []oss.UploadPart
	for index, content := range contents {
		number := int32(index + 1)
		part := must(v4.UploadPart(ctx, &oss.UploadPartRequest{
			Bucket: bucket, Key: big, UploadId: upload.UploadId, PartNumber: number, Body: strings.NewReader(content),
		}))
		parts = append(parts, oss.UploadPart{PartNumber: number, ETag: part.ETag})
	}
	result := must(v4.CompleteMultipartUpload(ctx, &oss.CompleteMultipartUploadRequest{
		Bucket: bucket, Key: big, UploadId: upload.UploadId,
		CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: parts},
		Callback:                callback(), CallbackVar: callbackVar(),
	}))
	expect(result.CallbackResult, answer)
	expect(read("big"), strings.Join(contents, ""))
}

func callbackThatFails() {
	unreachable := encode(map[string]string{"callbackUrl": os.Getenv("UNREACHABLE_URL"), "callbackBody": "a=b"})
	_, err := v4.PutObject(ctx, &oss.PutObjectRequest{
		Bucket: bucket, Key: oss.Ptr("kept"), Body: strings.NewReader("x"), Callback: unreachable,
	})
	refused(err, 203, "CallbackFailed")
	expect(read("kept"), "x")
}

func presigned(client *oss.Client) {
	put := must(client.Presign(ctx, &oss.PutObjectRequest{Bucket: bucket, Key: key, ContentType: oss.Ptr("text/plain")}))
	request := must(http.NewRequest(put.Method, put.URL, strings.NewReader("signed")))
	for name, value := range put.SignedHeaders {
		request.Header.Set(name, value)
	}
	expect(must(http.DefaultClient.Do(request)).StatusCode, 200)
	url := must(client.Presign(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: key})).URL
	got := must(http.Get(url))
	expect(got.Header.Get("Content-Type"), "text/plain")
	expect(readAll(got.Body), "signed")
	expect(must(http.Get(strings.Replace(url, "%E7%8C%AB", "other", 1))).StatusCode, 403)
}

func noSuchKey() {
	_, err := v4.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: oss.Ptr("missing")})
	refused(err, 404, "NoSuchKey")
	expect(must(v4.IsObjectExist(ctx, *bucket, "missing")), false)
}

func wrongSecret() {
	for _, version := range []oss.SignatureVersionType{oss.SignatureVersionV1, oss.SignatureVersionV4} {
		_, err := open("wrong", version).GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: key})
		refused(err, 403, "SignatureDoesNotMatch")
	}
}

func deleteAll() {
	must(v4.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: bucket, Key: key}))
	expect(must(v4.IsObjectExist(ctx, *bucket, *key)), false)
	var rest []oss.DeleteObject
	for _, object := range must(v4.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: bucket})).Contents {
		rest = append(rest, oss.DeleteObject{Key: object.Key})
	}
	result := must(v4.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: bucket, Objects: rest}))
	expect(len(result.DeletedObjects), len(rest))
	must(v4.DeleteBucket(ctx, &oss.DeleteBucketRequest{Bucket: bucket}))
}
