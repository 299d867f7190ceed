// Package photos is the application under test: clients upload photos directly to OSS, and OSS notifies this server of
// each of them.
package photos

import (
	"bytes"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// KeyURLsOfOSS are the trusted prefixes of the public key's URL in production.
var KeyURLsOfOSS = []string{"http://gosspublic.alicdn.com/", "https://gosspublic.alicdn.com/"}

// Settings are the settings of the application.
type Settings struct {
	Endpoint, Region, Bucket string
	KeyURLs                  []string
	// FetchKeys returns temporary keys.
	FetchKeys func() (accessKeyID, accessKeySecret, securityToken string, err error)
}

// Photos uses temporary keys, and fetches new ones when they have expired.
type Photos struct {
	settings Settings
	client   *oss.Client
	listener net.Listener
	mutex    sync.Mutex
	saved    map[string]int
}

// New starts the application, which receives callbacks on a free port until Close is called.
func New(settings Settings) (*Photos, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	photos := &Photos{settings: settings, listener: listener, saved: map[string]int{}}
	go http.Serve(listener, photos)
	return photos, photos.useNewKeys()
}

// Close stops the server.
func (p *Photos) Close() { p.listener.Close() }

func (p *Photos) useNewKeys() error {
	id, secret, token, err := p.settings.FetchKeys()
	if err != nil {
		return err
	}
	p.client = oss.NewClient(oss.LoadDefaultConfig().
		WithRegion(p.settings.Region).
		WithEndpoint(p.settings.Endpoint).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(id, secret, token)))
	return nil
}

// Saved returns the sizes of the photos that OSS has reported.
func (p *Photos) Saved() map[string]int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	saved := map[string]int{}
	for name, size := range p.saved {
		saved[name] = size
	}
	return saved
}

// Permit returns a permit to upload one photo: a signed URL and the headers that it signs.
func (p *Photos) Permit(ctx context.Context, name string) (*oss.PresignResult, error) {
	callback, err := json.Marshal(map[string]string{
		"callbackUrl":  "http://" + p.listener.Addr().String() + "/uploaded",
		"callbackBody": "name=${object}&size=${size}",
	})
	if err != nil {
		return nil, err
	}
	return p.client.Presign(ctx, &oss.PutObjectRequest{
		Bucket:   oss.Ptr(p.settings.Bucket),
		Key:      oss.Ptr(name),
		Callback: oss.Ptr(base64.StdEncoding.EncodeToString(callback)),
	}, oss.PresignExpires(time.Hour))
}

// SizeInOSS returns the size of a photo according to OSS.
func (p *Photos) SizeInOSS(ctx context.Context, name string) (int64, error) {
	request := &oss.HeadObjectRequest{Bucket: oss.Ptr(p.settings.Bucket), Key: oss.Ptr(name)}
	result, err := p.client.HeadObject(ctx, request)
	var refusal *oss.ServiceError
	if errors.As(err, &refusal) && refusal.Code == "SecurityTokenExpired" {
		if err := p.useNewKeys(); err != nil {
			return 0, err
		}
		result, err = p.client.HeadObject(ctx, request)
	}
	if err != nil {
		return 0, err
	}
	return result.ContentLength, nil
}

// ServeHTTP receives the callbacks. OSS requires status 200, JSON and a Content-Length.
func (p *Photos) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	status, answer := http.StatusForbidden, map[string]string{"error": "not from OSS"}
	if p.isFromOSS(request, body) {
		form, _ := url.ParseQuery(string(body))
		size, _ := strconv.Atoi(form.Get("size"))
		p.mutex.Lock()
		p.saved[form.Get("name")] = size
		p.mutex.Unlock()
		status, answer = http.StatusOK, map[string]string{"saved": form.Get("name")}
	}
	content, _ := json.Marshal(answer)
	response.Header().Set("Content-Type", "application/json")
	response.Header().Set("Content-Length", strconv.Itoa(len(content)))
	response.WriteHeader(status)
	response.Write(content)
}

func (p *Photos) isFromOSS(request *http.Request, body []byte) bool {
	key, err := p.fetchKey(string(decode(request.Header.Get("x-oss-pub-key-url"))))
	if err != nil {
		return false
	}
	signed := request.URL.Path
	if request.URL.RawQuery != "" {
		signed += "?" + request.URL.RawQuery
	}
	digest := md5.Sum(append([]byte(signed+"\n"), body...))
	signature := decode(request.Header.Get("Authorization"))
	return rsa.VerifyPKCS1v15(key, crypto.MD5, digest[:], signature) == nil
}

func (p *Photos) fetchKey(address string) (*rsa.PublicKey, error) {
	known := false
	for _, start := range p.settings.KeyURLs {
		known = known || strings.HasPrefix(address, start)
	}
	if !known {
		return nil, errors.New("not a key of OSS: " + address)
	}
	response, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("not RSA")
	}
	return public, nil
}

func decode(text string) []byte {
	decoded, _ := base64.StdEncoding.DecodeString(text)
	return decoded
}

// Upload runs in a client: it uploads with a permit, and retries while OSS returns 503. It returns the status and the
// body of the last response.
func Upload(permit *oss.PresignResult, content string) (int, string, error) {
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequest(permit.Method, permit.URL, bytes.NewReader([]byte(content)))
		if err != nil {
			return 0, "", err
		}
		for name, value := range permit.SignedHeaders {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return 0, "", err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusServiceUnavailable || attempt == 3 {
			return response.StatusCode, string(body), err
		}
	}
}
