// An application server for OSS's upload callbacks: callers other than OSS receive 403.
package main

import (
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
)

func publicKey(url string) (*rsa.PublicKey, error) {
	if !strings.HasPrefix(url, "http://gosspublic.alicdn.com/") &&
		!strings.HasPrefix(url, "https://gosspublic.alicdn.com/") {
		return nil, errors.New("not OSS's key: " + url)
	}
	response, err := http.Get(url)
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
		return nil, errors.New("not PEM: " + url)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	if key, ok := key.(*rsa.PublicKey); ok {
		return key, nil
	}
	return nil, errors.New("not an RSA key: " + url)
}

func verify(r *http.Request, body []byte) error {
	url, err := base64.StdEncoding.DecodeString(r.Header.Get("x-oss-pub-key-url"))
	if err != nil {
		return err
	}
	key, err := publicKey(string(url))
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get("authorization"))
	if err != nil {
		return err
	}
	signed := r.URL.Path // decoded
	if r.URL.RawQuery != "" {
		signed += "?" + r.URL.RawQuery
	}
	digest := md5.Sum(append([]byte(signed+"\n"), body...))
	return rsa.VerifyPKCS1v15(key, crypto.MD5, digest[:], signature)
}

func main() {
	application := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = verify(r, body)
		}
		status, code := "OK", http.StatusOK
		if err != nil {
			status, code = "verify not ok", http.StatusForbidden
		}
		answer, _ := json.Marshal(map[string]string{"Status": status})
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		w.WriteHeader(code)
		w.Write(answer)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	log.Fatal(http.Serve(listener, http.HandlerFunc(application)))
}
