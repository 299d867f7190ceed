"""Uses alibabacloud-oss-v2 like an application: prints each successful step, and ends at the first failure."""
import base64
import json
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import alibabacloud_oss_v2 as oss

env = os.environ
BUCKET = env["BUCKET"]
PART_SIZE_MIN = 100 * 1024
KEY = "a b/猫.txt"


def client_with(secret, signature_version):
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        env["ACCESS_KEY_ID"], secret
    )
    config.region = "cn-hangzhou"
    config.endpoint = env["OSS_ENDPOINT"]
    config.signature_version = signature_version
    return oss.Client(config)


v4 = client_with(env["ACCESS_KEY_SECRET"], "v4")
v1 = client_with(env["ACCESS_KEY_SECRET"], "v1")


def encode(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


CALLBACK = {
    "callback": encode(
        {
            "callbackUrl": env["CALLBACK_URL"],
            "callbackBody": "object=${object}&size=${size}&by=${x:by}",
        }
    ),
    "callback_var": encode({"x:by": "tom & co"}),
}
ANSWER = {"Status": "OK"}


def expect(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def refused(send):
    """Returns the application server's answer from the SDK's result."""
    try:
        send()
    except oss.exceptions.OperationError as error:
        refusal = error.unwrap()
        assert isinstance(refusal, oss.exceptions.ServiceError), refusal
        expect(len(refusal.request_id), 24)
        return refusal.status_code, refusal.code
    raise AssertionError("not refused")


def read(key, client=v4, **options):
    return client.get_object(oss.GetObjectRequest(BUCKET, key, **options))


def create_bucket():
    v4.put_bucket(oss.PutBucketRequest(BUCKET))
    expect(v1.get_bucket_info(oss.GetBucketInfoRequest(BUCKET)).bucket_info.name, BUCKET)


def put():
    result = v4.put_object(
        oss.PutObjectRequest(BUCKET, KEY, body=b"hello", metadata={"by": "tom"})
    )
    expect(result.etag, '"5D41402ABC4B2A76B9719D911017C592"')


def get():
    result = read(KEY, v1)
    expect(result.body.content, b"hello")
    expect(result.metadata["by"], "tom")


def get_range():
    result = read(KEY, range_header="bytes=1-3")
    expect((result.status_code, result.body.content), (206, b"ell"))


def copy():
    v4.copy_object(oss.CopyObjectRequest(BUCKET, "a b/copy", source_key=KEY))
    expect(v4.head_object(oss.HeadObjectRequest(BUCKET, "a b/copy")).content_length, 5)


def list_objects():
    for paginator, request in (
        (v4.list_objects_v2_paginator(), oss.ListObjectsV2Request(BUCKET, prefix="a b/")),
        (v1.list_objects_paginator(), oss.ListObjectsRequest(BUCKET, prefix="a b/")),
    ):
        request.max_keys = 1
        pages = paginator.iter_page(request)
        expect([page.contents[0].key for page in pages], ["a b/copy", KEY])
    listed = v4.list_objects_v2(oss.ListObjectsV2Request(BUCKET, delimiter="/"))
    expect([common.prefix for common in listed.common_prefixes], ["a b/"])


def append_at(position, content):
    request = oss.AppendObjectRequest(BUCKET, "log", position=position, body=content)
    return v4.append_object(request).next_position


def append():
    expect(append_at(append_at(0, b"one"), b"two"), 6)
    expect(read("log").body.content, b"onetwo")
    expect(refused(lambda: append_at(1, b"x")), (409, "PositionNotEqualToLength"))


def tag():
    tags = [oss.Tag(key="color", value="黑 black")]
    tagging = oss.Tagging(tag_set=oss.TagSet(tags=tags))
    v4.put_object_tagging(oss.PutObjectTaggingRequest(BUCKET, KEY, tagging=tagging))
    result = v4.get_object_tagging(oss.GetObjectTaggingRequest(BUCKET, KEY))
    expect([(tag.key, tag.value) for tag in result.tag_set.tags], [("color", "黑 black")])


def acl():
    v4.put_object_acl(oss.PutObjectAclRequest(BUCKET, KEY, acl="public-read"))
    expect(v4.get_object_acl(oss.GetObjectAclRequest(BUCKET, KEY)).acl, "public-read")


def put_with_callback():
    result = v1.put_object(oss.PutObjectRequest(BUCKET, KEY, body=b"hello", **CALLBACK))
    expect(json.loads(result.callback_result), ANSWER)


def multipart_with_callback():
    upload = v4.initiate_multipart_upload(
        oss.InitiateMultipartUploadRequest(BUCKET, "big")
    )
    contents = (b"a" * PART_SIZE_MIN, b"b")
    parts = []
    for number, content in enumerate(contents, 1):
        part = v4.upload_part(
            oss.UploadPartRequest(BUCKET, "big", number, upload.upload_id, body=content)
        )
        parts.append(oss.UploadPart(part_number=number, etag=part.etag))
    result = v4.complete_multipart_upload(
        oss.CompleteMultipartUploadRequest(
            BUCKET,
            "big",
            upload.upload_id,
            complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts),
            **CALLBACK,
        )
    )
    expect(json.loads(result.callback_result), ANSWER)
    expect(read("big").body.content, b"".join(contents))


def callback_that_fails():
    unreachable = encode({"callbackUrl": env["UNREACHABLE_URL"], "callbackBody": "a=b"})
    request = oss.PutObjectRequest(BUCKET, "kept", body=b"x", callback=unreachable)
    result = v4.put_object(request)
    expect(result.status_code, 203)
    assert "<Code>CallbackFailed</Code>" in result.callback_result
    expect(read("kept").body.content, b"x")


def presigned(client):
    put = client.presign(oss.PutObjectRequest(BUCKET, KEY, content_type="text/plain"))
    request = Request(put.url, b"signed", put.signed_headers, method=put.method)
    urlopen(request).close()
    url = client.presign(oss.GetObjectRequest(BUCKET, KEY)).url
    with urlopen(url) as answer:
        expect(answer.read(), b"signed")
        expect(answer.headers["Content-Type"], "text/plain")
    try:
        urlopen(url.replace("%E7%8C%AB", "other"))
    except HTTPError as error:
        expect(error.code, 403)
    else:
        raise AssertionError("another key was accepted")


def no_such_key():
    expect(refused(lambda: read("missing")), (404, "NoSuchKey"))
    expect(v4.is_object_exist(BUCKET, "missing"), False)


def wrong_secret():
    for version in "v1", "v4":
        stranger = client_with("wrong", version)
        expect(refused(lambda: read(KEY, stranger)), (403, "SignatureDoesNotMatch"))


def delete():
    v4.delete_object(oss.DeleteObjectRequest(BUCKET, KEY))
    expect(v4.is_object_exist(BUCKET, KEY), False)
    rest = [item.key for item in v4.list_objects_v2(oss.ListObjectsV2Request(BUCKET)).contents]
    result = v4.delete_multiple_objects(
        oss.DeleteMultipleObjectsRequest(
            BUCKET, objects=[oss.DeleteObject(key) for key in rest]
        )
    )
    expect([deleted.key for deleted in result.deleted_objects], rest)
    v4.delete_bucket(oss.DeleteBucketRequest(BUCKET))


STEPS = {
    "create bucket": create_bucket,
    "put": put,
    "get": get,
    "range": get_range,
    "copy": copy,
    "list": list_objects,
    "append": append,
    "tagging": tag,
    "ACL": acl,
    "put with callback": put_with_callback,
    "multipart with callback": multipart_with_callback,
    "callback that fails": callback_that_fails,
    "presigned V1": lambda: presigned(v1),
    "presigned V4": lambda: presigned(v4),
    "NoSuchKey": no_such_key,
    "wrong secret": wrong_secret,
    "delete": delete,
}
for name, step in STEPS.items():
    step()
    print(name)
