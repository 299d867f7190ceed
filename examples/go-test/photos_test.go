package photos

import (
	"context"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"example/photos/ossemulator"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestMain(m *testing.M) { os.Exit(ossemulator.Run(m)) }

func start(t *testing.T) (*ossemulator.Account, *Photos) {
	account := ossemulator.New(t)
	photos, err := New(Settings{account.Endpoint, account.Region, account.Bucket,
		[]string{account.Endpoint + "/"}, account.AssumeRole})
	check(t, err)
	t.Cleanup(photos.Close)
	return account, photos
}

func TestADirectUploadIsReportedToTheApplication(t *testing.T) {
	account, photos := start(t)

	status, body := upload(t, permit(t, photos, "cat.jpg"), "meow")

	expect(t, status, 200)
	expect(t, body, `{"saved":"cat.jpg"}`)
	expect(t, photos.Saved(), map[string]int{"cat.jpg": 4})
	expect(t, account.WaitForCallback("cat.jpg").Status, "succeeded")
}

func TestAPermitWithoutItsCallbackIsRefused(t *testing.T) {
	account, photos := start(t)
	permit := permit(t, photos, "cat.jpg")
	permit.SignedHeaders = nil

	status, body := upload(t, permit, "meow")

	expect(t, status, 403)
	expectCode(t, body, "SignatureDoesNotMatch")
	expect(t, photos.Saved(), map[string]int{})
	expect(t, len(account.Callbacks()), 0)
}

func TestATokenThatHasExpiredIsReplaced(t *testing.T) {
	account, photos := start(t)
	old := permit(t, photos, "cat.jpg")
	upload(t, old, "meow")
	account.Expire(30 * time.Minute) // in this test a token is valid for 15 minutes, a permit for an hour

	_, refusal := upload(t, old, "meow")
	expectCode(t, refusal, "SecurityTokenExpired")
	size, err := photos.SizeInOSS(context.Background(), "cat.jpg") // with new keys
	check(t, err)
	expect(t, size, int64(4))
	_, body := upload(t, permit(t, photos, "dog.jpg"), "woof!")
	expect(t, body, `{"saved":"dog.jpg"}`)
}

func TestAnUploadIsTriedAgainAndReportedOnce(t *testing.T) {
	account, photos := start(t)
	account.Fault(`{"operation": "PutObject", "times": 1, "do": {"status": 503, "code": "SlowDown"}}`)

	status, _ := upload(t, permit(t, photos, "cat.jpg"), "meow")

	expect(t, status, 200)
	account.WaitForCallback("cat.jpg")
	expect(t, len(account.Callbacks()), 1)
}

func permit(t *testing.T, photos *Photos, name string) *oss.PresignResult {
	t.Helper()
	permit, err := photos.Permit(context.Background(), name)
	check(t, err)
	return permit
}

func upload(t *testing.T, permit *oss.PresignResult, content string) (int, string) {
	t.Helper()
	status, body, err := Upload(permit, content)
	check(t, err)
	return status, body
}

func expect(t *testing.T, actual, expected any) {
	t.Helper()
	if !reflect.DeepEqual(actual, expected) {
		t.Fatalf("%v is not %v", actual, expected)
	}
}

func expectCode(t *testing.T, body, code string) {
	t.Helper()
	if !strings.Contains(body, "<Code>"+code+"</Code>") {
		t.Fatalf("not %s: %s", code, body)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
