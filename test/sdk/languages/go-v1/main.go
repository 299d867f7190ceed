// Uses aliyun-oss-go-sdk like an application: prints each successful step, and ends at the first failure.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const (
	key         = "a b/猫.txt"
	partSizeMin = 100 * 1024
	answer      = `{"Status":"OK"}`
)

var (
	name = os.Getenv("BUCKET")
	v1   = open(os.Getenv("ACCESS_KEY_SECRET"), oss.AuthV1)
	v4   = open(os.Getenv("ACCESS_KEY_SECRET"), oss.AuthV4)
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
	{"delete", deleteAll},
}

func main() {
	for _, step := range steps {
		step.run()
		fmt.Println(step.name)
	}
}

func open(secret string, version oss.AuthVersionType) *oss.Bucket {
	client, err := oss.New(os.Getenv("OSS_ENDPOINT"), os.Getenv("ACCESS_KEY_ID"), secret,
		oss.AuthVersion(version), oss.Region("cn-hangzhou"))
	must(err)
	bucket, err := client.Bucket(name)
	must(err)
	return bucket
}

func createBucket() {
	must(v4.Client.CreateBucket(name))
	info, err := v1.Client.GetBucketInfo(name)
	must(err)
	expect(info.BucketInfo.Name, name)
}

func put() {
	var header http.Header
	must(v4.PutObject(key, strings.NewReader("hello"), oss.Meta("by", "tom"), oss.GetResponseHeader(&header)))
	expect(header.Get("ETag"), `"5D41402ABC4B2A76B9719D911017C592"`)
}

func get() {
	var header http.Header
	expect(read(v1, key, oss.GetResponseHeader(&header)), "hello")
	expect(header.Get("X-Oss-Meta-By"), "tom")
}

func getRange() {
	expect(read(v4, key, oss.Range(1, 3)), "ell")
}

func copyObject() {
	_, err := v4.CopyObject(key, "a b/copy")
	must(err)
	header, err := v4.GetObjectDetailedMeta("a b/copy")
	must(err)
	expect(header.Get("Content-Length"), "5")
}

func list() {
	var keys []string
	for marker := ""; ; {
		page, err := v1.ListObjects(oss.Prefix("a b/"), oss.MaxKeys(1), oss.Marker(marker))
		must(err)
		keys = append(keys, page.Objects[0].Key)
		if marker = page.NextMarker; !page.IsTruncated {
			break
		}
	}
	expect(keys, []string{"a b/copy", key})
	page, err := v4.ListObjectsV2(oss.Delimiter("/"))
	must(err)
	expect(page.CommonPrefixes, []string{"a b/"})
}

func appendObject() {
	position, err := v4.AppendObject("log", strings.NewReader("one"), 0)
	must(err)
	_, err = v4.AppendObject("log", strings.NewReader("two"), position)
	must(err)
	expect(read(v4, "log"), "onetwo")
	_, err = v4.AppendObject("log", strings.NewReader("x"), 1)
	refused(err, 409, "PositionNotEqualToLength")
}

func tag() {
	must(v4.PutObjectTagging(key, oss.Tagging{Tags: []oss.Tag{{Key: "color", Value: "黑 black"}}}))
	tagging, err := v4.GetObjectTagging(key)
	must(err)
	expect(len(tagging.Tags), 1)
	expect(tagging.Tags[0].Key, "color")
	expect(tagging.Tags[0].Value, "黑 black")
}

func acl() {
	must(v4.SetObjectACL(key, oss.ACLPublicRead))
	acl, err := v4.GetObjectACL(key)
	must(err)
	expect(acl.ACL, "public-read")
}

func putWithCallback() {
	var body []byte
	must(v1.PutObject(key, strings.NewReader("hello"), append(callback(), oss.CallbackResult(&body))...))
	expect(string(body), answer)
}

func multipartWithCallback() {
	upload, err := v4.InitiateMultipartUpload("big")
	must(err)
	contents := []string{strings.Repeat("a", partSizeMin), "b"}
	var parts []oss.UploadPart
	for index, content := range contents {
		part, err := v4.UploadPart(upload, strings.NewReader(content), int64(len(content)), index+1)
		must(err)
		parts = append(parts, part)
	}
	var body []byte
	_, err = v4.CompleteMultipartUpload(upload, parts, append(callback(), oss.CallbackResult(&body))...)
	must(err)
	expect(string(body), answer)
	expect(read(v4, "big"), strings.Join(contents, ""))
}

func callbackThatFails() {
	unreachable := encode(map[string]string{"callbackUrl": os.Getenv("UNREACHABLE_URL"), "callbackBody": "a=b"})
	err := v4.PutObject("kept", strings.NewReader("x"), oss.Callback(unreachable))
	refused(err, 203, "CallbackFailed")
	expect(read(v4, "kept"), "x")
}

func presigned(bucket *oss.Bucket) {
	url, err := bucket.SignURL(key, oss.HTTPPut, 60, oss.ContentType("text/plain"))
	must(err)
	must(bucket.PutObjectWithURL(url, strings.NewReader("signed"), oss.ContentType("text/plain")))
	url, err = bucket.SignURL(key, oss.HTTPGet, 60)
	must(err)
	status, body := fetch(url)
	expect(status, 200)
	expect(body, "signed")
	status, _ = fetch(strings.Replace(url, "%E7%8C%AB", "other", 1))
	expect(status, 403)
}

func noSuchKey() {
	_, err := v4.GetObject("missing")
	refused(err, 404, "NoSuchKey")
	exists, err := v4.IsObjectExist("missing")
	must(err)
	expect(exists, false)
}

func wrongSecret() {
	for _, version := range []oss.AuthVersionType{oss.AuthV1, oss.AuthV4} {
		_, err := open("wrong", version).GetObject(key)
		refused(err, 403, "SignatureDoesNotMatch")
	}
}

func deleteAll() {
	must(v4.DeleteObject(key))
	page, err := v4.ListObjects()
	must(err)
	var rest []string
	for _, object := range page.Objects {
		rest = append(rest, object.Key)
	}
	deleted, err := v4.DeleteObjects(rest)
	must(err)
	expect(deleted.DeletedObjects, rest)
	must(v4.Client.DeleteBucket(name))
}

func callback() []oss.Option {
	return []oss.Option{
		oss.Callback(encode(map[string]string{
			"callbackUrl":  os.Getenv("CALLBACK_URL"),
			"callbackBody": "object=${object}&size=${size}&by=${x:by}",
		})),
		oss.CallbackVar(encode(map[string]string{"x:by": "tom & co"})),
	}
}

func encode(value map[string]string) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(value))
	return base64.StdEncoding.EncodeToString(buffer.Bytes())
}

func read(bucket *oss.Bucket, key string, options ...oss.Option) string {
	body, err := bucket.GetObject(key, options...)
	must(err)
	defer body.Close()
	content, err := io.ReadAll(body)
	must(err)
	return string(content)
}

func fetch(url string) (int, string) {
	response, err := http.Get(url)
	must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(err)
	return response.StatusCode, string(body)
}

func refused(err error, status int, code string) {
	var refusal oss.ServiceError
	if !errors.As(err, &refusal) {
		log.Panicf("not refused by the server: %v", err)
	}
	expect(refusal.StatusCode, status)
	expect(refusal.Code, code)
	expect(len(refusal.RequestID), 24)
}

func expect(actual, expected any) {
	if !reflect.DeepEqual(actual, expected) {
		log.Panicf("%#v is not %#v", actual, expected)
	}
}

func must(err error) {
	if err != nil {
		log.Panic(err)
	}
}
