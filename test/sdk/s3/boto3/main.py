"""boto3 as people use it: every step that goes well is printed, the first that does not ends the program.

Of the current release OSS refuses two things with default settings; an old release does without them.
"""
import base64
import hashlib
import os
from urllib.request import urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

env = os.environ
BUCKET = env["BUCKET"]
PART_SIZE_MIN = 5 * 1024 * 1024
KEY = "a b/猫+.txt"
IS_OLD = boto3.__version__.startswith("1.35.")
CURE = {} if IS_OLD else {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}


def client_with(endpoint, **config):
    return boto3.client(
        "s3",
        endpoint_url=env[endpoint],
        verify=env["CA_FILE"],
        region_name="cn-hangzhou",
        aws_access_key_id=env["ACCESS_KEY_ID"],
        aws_secret_access_key=env["ACCESS_KEY_SECRET"],
        config=Config(s3={"addressing_style": env["STYLE"]}, retries={"max_attempts": 1}, **config),
    )


def expect(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def refused(work, code, text):
    try:
        work()
    except ClientError as error:
        expect(error.response["Error"]["Code"], code)
        assert text in error.response["Error"]["Message"], error
    else:
        raise AssertionError("accepted")


by_default = client_with("S3_TLS_ENDPOINT")
s3 = client_with("S3_TLS_ENDPOINT", **CURE)
v2 = client_with("S3_ENDPOINT", signature_version="s3", **CURE)
plain = client_with("S3_ENDPOINT")


def add_md5(request, **_):
    """The documented setting for DeleteObjects: SDKs no longer send a Content-MD5 by default."""
    body = request.body if isinstance(request.body, bytes) else request.body.encode()
    request.headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()


if not IS_OLD:
    for client in s3, v2:
        client.meta.events.register("before-sign.s3.DeleteObjects", add_md5)


def refused_trailers():
    refused(
        lambda: by_default.put_object(Bucket=BUCKET, Key=KEY, Body=b"hello"),
        "NotImplemented",
        "Aws MultiChunkedEncoding STREAMING-UNSIGNED-PAYLOAD-TRAILER is not supported.",
    )


def refused_delete_objects():
    refused(
        lambda: by_default.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "a"}]}),
        "MissingArgument",
        "Missing Some Required Arguments.",
    )


def refused_condition():
    if IS_OLD:
        return
    refused(lambda: s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"", IfNoneMatch="*"), "NotImplemented", "not implemented")


def create_bucket():
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "oss-cn-hangzhou"})
    s3.head_bucket(Bucket=BUCKET)
    assert BUCKET in [one["Name"] for one in v2.list_buckets()["Buckets"]]
    if env["STYLE"] == "path":  # boto3 sends this request in path style only, which OSS refuses
        expect(s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], "oss-cn-hangzhou")


def put():
    for client in s3, v2, plain:
        put = client.put_object(Bucket=BUCKET, Key=KEY, Body=b"hello", Metadata={"by": "tom"}, ContentType="text/plain", Tagging="k=v")
        expect(put["ETag"], '"5D41402ABC4B2A76B9719D911017C592"')


def get():
    for client in s3, v2, plain:
        got = client.get_object(Bucket=BUCKET, Key=KEY)
        expect((got["Body"].read(), got["Metadata"], got["ContentType"]), (b"hello", {"by": "tom"}, "text/plain"))
    ranged = s3.get_object(Bucket=BUCKET, Key=KEY, Range="bytes=1-3")
    expect(ranged["Body"].read(), b"ell")


def copy():
    for client, name in (s3, "copy"), (v2, "copy2"):
        client.copy_object(Bucket=BUCKET, Key=name, CopySource={"Bucket": BUCKET, "Key": KEY}, StorageClass="STANDARD_IA")
        expect(client.head_object(Bucket=BUCKET, Key=name)["StorageClass"], "STANDARD_IA")


def list_objects():
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 1})
    expect([one["Key"] for page in pages for one in page["Contents"]], [KEY, "copy", "copy2"])
    listed = v2.list_objects(Bucket=BUCKET, Delimiter="/")
    expect([one["Prefix"] for one in listed["CommonPrefixes"]], ["a b/"])


def multipart():
    content = b"a" * PART_SIZE_MIN + b"b"
    for client in s3, v2:
        upload = client.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
        parts = []
        for number, part in enumerate((content[:PART_SIZE_MIN], b"b"), 1):
            sent = client.upload_part(Bucket=BUCKET, Key="big", UploadId=upload, PartNumber=number, Body=part)
            parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        expect(len(client.list_parts(Bucket=BUCKET, Key="big", UploadId=upload)["Parts"]), 2)
        client.complete_multipart_upload(Bucket=BUCKET, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
        expect(client.get_object(Bucket=BUCKET, Key="big")["Body"].read(), content)


def presigned():
    for client in plain, v2:
        url = client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": KEY, "ResponseContentType": "text/html"})
        with urlopen(url) as answer:
            expect((answer.read(), answer.headers["Content-Type"]), (b"hello", "text/html"))


def configure():
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    expect([one["Permission"] for one in s3.get_bucket_acl(Bucket=BUCKET)["Grants"]], ["FULL_CONTROL", "READ"])
    rule = {"ID": "old", "Filter": {"Prefix": "logs/"}, "Status": "Enabled", "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    expect(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"][0]["Transitions"], rule["Transitions"])
    expect(s3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"], [{"Key": "k", "Value": "v"}])


def no_such_key():
    refused(lambda: s3.get_object(Bucket=BUCKET, Key="missing"), "NoSuchKey", "The specified key does not exist.")
    refused(lambda: s3.head_object(Bucket=BUCKET, Key="missing"), "404", "Not Found")


def delete():
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    for client, some in (s3, keys[:2]), (v2, keys[2:]):
        deleted = client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in some]})
        expect([one["Key"] for one in deleted["Deleted"]], some)
    s3.delete_bucket(Bucket=BUCKET)


STEPS = {
    "create bucket": create_bucket,
    "refused: trailers": refused_trailers,
    "refused: DeleteObjects": refused_delete_objects,
    "refused: condition": refused_condition,
    "put": put,
    "get": get,
    "copy": copy,
    "list": list_objects,
    "multipart": multipart,
    "presigned": presigned,
    "configure": configure,
    "no such key": no_such_key,
    "delete": delete,
}
for name, step in STEPS.items():
    if IS_OLD and name in ("refused: trailers", "refused: DeleteObjects"):
        continue
    step()
    print(name)
