package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"reflect"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func callback() *string {
	return encode(map[string]string{
		"callbackUrl":  os.Getenv("CALLBACK_URL"),
		"callbackBody": "object=${object}&size=${size}&by=${x:by}",
	})
}

func callbackVar() *string { return encode(map[string]string{"x:by": "tom & co"}) }

func encode(value map[string]string) *string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(value))
	return oss.Ptr(base64.StdEncoding.EncodeToString(buffer.Bytes()))
}

func read(key string) string {
	result := must(v4.GetObject(ctx, &oss.GetObjectRequest{Bucket: bucket, Key: oss.Ptr(key)}))
	return readAll(result.Body)
}

func readAll(body io.ReadCloser) string {
	defer body.Close()
	return string(must(io.ReadAll(body)))
}

func refused(err error, status int, code string) {
	var refusal *oss.ServiceError
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

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}
