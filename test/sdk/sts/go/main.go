// Gets temporary keys with the official Go client, and uploads with them.
package main

import (
	"context"
	"log"
	"os"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	oss_credentials "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/credentials-go/credentials"
)

const name = "credentials-go"

func main() {
	config := new(credentials.Config).
		SetType("ram_role_arn").
		SetAccessKeyId(os.Getenv("ACCESS_KEY_ID")).
		SetAccessKeySecret(os.Getenv("ACCESS_KEY_SECRET")).
		SetRoleArn(os.Getenv("ROLE_ARN")).
		SetRoleSessionName(name).
		SetRoleSessionExpiration(900).
		SetSTSEndpoint(os.Getenv("STS_HOST"))
	credential, err := credentials.NewCredential(config)
	must(err)
	keys, err := credential.GetCredential()
	must(err)

	provider := oss_credentials.NewStaticCredentialsProvider(
		*keys.AccessKeyId, *keys.AccessKeySecret, *keys.SecurityToken)
	client := oss.NewClient(oss.LoadDefaultConfig().
		WithCredentialsProvider(provider).
		WithRegion("cn-hangzhou").
		WithEndpoint(os.Getenv("OSS_ENDPOINT")))
	_, err = client.PutObject(context.Background(), &oss.PutObjectRequest{
		Bucket: oss.Ptr("photos"),
		Key:    oss.Ptr(name),
		Body:   strings.NewReader(name),
	})
	must(err)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
