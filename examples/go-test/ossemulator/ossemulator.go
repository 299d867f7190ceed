// Package ossemulator creates an account in oss-emulator for each Go test: copy this file into a folder ossemulator of
// your module, call Run in TestMain, and New in a test.
//
// One emulator is used for all tests of a package. If OSS_EMULATOR_ADMIN is set, it is the running emulator with this
// admin URL (OSS_EMULATOR_ENDPOINT is its endpoint if a container's port is mapped). Otherwise OSS_EMULATOR_COMMAND
// (default: "oss-emulator") starts an emulator in memory and on free ports. Only the standard library is needed.
package ossemulator

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

type emulator struct{ Endpoint, AdminURL, Region string }

var running emulator

// Run runs the tests of a package with an emulator: func TestMain(m *testing.M) { os.Exit(ossemulator.Run(m)) }
func Run(m *testing.M) int {
	stop, err := start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "oss-emulator:", err)
		return 1
	}
	defer stop()
	return m.Run()
}

func start() (func(), error) {
	if admin := os.Getenv("OSS_EMULATOR_ADMIN"); admin != "" {
		if err := call("GET", admin+"/api/settings", nil, &running); err != nil {
			return nil, err
		}
		running.AdminURL = admin
		if endpoint := os.Getenv("OSS_EMULATOR_ENDPOINT"); endpoint != "" {
			running.Endpoint = endpoint
		}
		return func() {}, nil
	}
	command := strings.Fields(os.Getenv("OSS_EMULATOR_COMMAND"))
	if len(command) == 0 {
		command = []string{"oss-emulator"}
	}
	flags := []string{"--memory", "--port", "0", "--admin-port", "0", "--ready", "json"}
	process := exec.Command(command[0], append(command[1:], flags...)...)
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		process.Process.Signal(syscall.SIGTERM)
		process.Wait()
	}
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &running)
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("%s was not ready: %w", process, err)
	}
	return stop, nil
}

// Account is an OSS account of the emulator: its keys, its bucket, its callbacks, and the faults of its requests.
type Account struct {
	Endpoint, Region, Bucket, UID, AccessKeyID, AccessKeySecret string

	t testing.TB
}

// Callback is a callback as the emulator sent it; /api/openapi.json describes its other members.
type Callback struct{ Key, Status, Why, Body string }

// New creates an account for the test. The account and everything that belongs to it are deleted when the test ends.
func New(t testing.TB) *Account {
	t.Helper()
	account := &Account{Endpoint: running.Endpoint, Region: running.Region, t: t}
	account.admin("POST", "/api/accounts", struct{}{}, account)
	t.Cleanup(func() {
		account.admin("DELETE", "/api/clock", nil, nil)
		account.admin("DELETE", "/api/accounts/"+account.UID, nil, nil)
	})
	account.Bucket = "test-" + account.UID
	account.admin("PUT", "/api/buckets/"+account.Bucket, map[string]string{"owner": account.UID}, nil)
	return account
}

// WaitForCallback returns the newest callback for the object once it is complete.
func (a *Account) WaitForCallback(key string) Callback {
	a.t.Helper()
	found := a.list(url.Values{"key": {key}, "wait": {"5s"}})
	if len(found) == 0 {
		a.t.Fatalf("no callback for %s in 5 s", key)
	}
	return found[0]
}

// Callbacks returns the account's callbacks, the newest first.
func (a *Account) Callbacks() []Callback {
	a.t.Helper()
	return a.list(url.Values{})
}

func (a *Account) list(query url.Values) []Callback {
	a.t.Helper()
	query.Set("account", a.UID)
	var found struct{ Callbacks []Callback }
	a.admin("GET", "/api/callbacks?"+query.Encode(), nil, &found)
	return found.Callbacks
}

// Fault makes requests of this account fail: `{"operation": "PutObject", "times": 1, "do": {"status": 503}}`.
func (a *Account) Fault(rule string) {
	a.t.Helper()
	body := map[string]any{}
	if err := json.Unmarshal([]byte(rule), &body); err != nil {
		a.t.Fatal(err)
	}
	body["account"] = a.UID
	a.admin("POST", "/api/faults", body, nil)
}

// Expire advances the clock by which tokens, signed URLs and policies expire, for all accounts, until the test ends.
func (a *Account) Expire(by time.Duration) {
	a.t.Helper()
	a.admin("PUT", "/api/clock", map[string]any{"advance": by.Seconds(), "scope": "expiry"}, nil)
}

// AssumeRole returns temporary keys from STS, which are valid for 15 minutes.
func (a *Account) AssumeRole() (accessKeyID, accessKeySecret, securityToken string, err error) {
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return "", "", "", err
	}
	query := url.Values{
		"Action":           {"AssumeRole"},
		"Version":          {"2015-04-01"},
		"Format":           {"JSON"},
		"RoleArn":          {"acs:ram::" + a.UID + ":role/uploader"},
		"RoleSessionName":  {"test"},
		"DurationSeconds":  {"900"},
		"AccessKeyId":      {a.AccessKeyID},
		"SignatureMethod":  {"HMAC-SHA1"},
		"SignatureVersion": {"1.0"},
		"SignatureNonce":   {fmt.Sprintf("%x", nonce)},
		"Timestamp":        {time.Now().UTC().Format("2006-01-02T15:04:05Z")},
	}
	digest := hmac.New(sha1.New, []byte(a.AccessKeySecret+"&"))
	digest.Write([]byte("GET&%2F&" + url.QueryEscape(query.Encode())))
	query.Set("Signature", base64.StdEncoding.EncodeToString(digest.Sum(nil)))
	var reply struct {
		Credentials struct{ AccessKeyID, AccessKeySecret, SecurityToken string }
	}
	err = call("GET", a.Endpoint+"/?"+query.Encode(), nil, &reply)
	keys := reply.Credentials
	return keys.AccessKeyID, keys.AccessKeySecret, keys.SecurityToken, err
}

func (a *Account) admin(method, path string, body, result any) {
	a.t.Helper()
	if err := call(method, running.AdminURL+path, body, result); err != nil {
		a.t.Fatal(err)
	}
}

func call(method, address string, body, result any) error {
	content := []byte{}
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequest(method, address, bytes.NewReader(content))
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, address, response.Status, text)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(text, result)
}
