"""Uses oss2 like an application: prints each successful step, and ends at the first failure."""
import base64
import json
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import oss2
import requests

env = os.environ
REGION = "cn-hangzhou"
PART_SIZE_MIN = 100 * 1024
KEY = "a b/猫.txt"
ID, SECRET = env["ACCESS_KEY_ID"], env["ACCESS_KEY_SECRET"]


def bucket_with(auth):
    return oss2.Bucket(auth, env["OSS_ENDPOINT"], env["BUCKET"], region=REGION)


def encode(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


CALLBACK = {
    "x-oss-callback": encode(
        {
            "callbackUrl": env["CALLBACK_URL"],
            "callbackBody": "object=${object}&size=${size}&by=${x:by}",
        }
    ),
    "x-oss-callback-var": encode({"x:by": "tom & co"}),
}
ANSWER = {"Status": "OK"}

v4 = bucket_with(oss2.AuthV4(ID, SECRET))
v1 = bucket_with(oss2.Auth(ID, SECRET))


def expect(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def create_bucket():
    v4.create_bucket()
    expect(v1.get_bucket_info().name, env["BUCKET"])


def put():
    result = v4.put_object(KEY, "hello", headers={"x-oss-meta-by": "tom"})
    expect(result.etag, "5D41402ABC4B2A76B9719D911017C592")


def get():
    result = v1.get_object(KEY)
    expect(result.read(), b"hello")
    expect(result.headers["x-oss-meta-by"], "tom")


def get_range():
    result = v4.get_object(KEY, byte_range=(1, 3))
    expect((result.status, result.read()), (206, b"ell"))


def copy():
    v4.copy_object(env["BUCKET"], KEY, "a b/copy")
    expect(v4.head_object("a b/copy").content_length, 5)


def list_objects():
    listed = [item.key for item in oss2.ObjectIterator(v1, prefix="a b/", max_keys=1)]
    expect(listed, ["a b/copy", KEY])
    listed = v4.list_objects_v2(delimiter="/")
    expect(listed.prefix_list, ["a b/"])


def append():
    position = v4.append_object("log", 0, "one").next_position
    v4.append_object("log", position, "two")
    expect(v4.get_object("log").read(), b"onetwo")
    try:
        v4.append_object("log", 1, "three")
    except oss2.exceptions.PositionNotEqualToLength as error:
        expect((error.status, error.next_position), (409, 6))
    else:
        raise AssertionError("appended in the middle")


def tag():
    rule = oss2.models.TaggingRule()
    rule.add("color", "黑 black")
    v4.put_object_tagging(KEY, oss2.models.Tagging(rule))
    expect(v4.get_object_tagging(KEY).tag_set.tagging_rule, {"color": "黑 black"})


def acl():
    v4.put_object_acl(KEY, oss2.OBJECT_ACL_PUBLIC_READ)
    expect(v4.get_object_acl(KEY).acl, "public-read")


def put_with_callback():
    result = v1.put_object(KEY, "hello", headers=CALLBACK)
    expect(json.loads(result.resp.read()), ANSWER)


def multipart_with_callback():
    upload_id = v4.init_multipart_upload("big").upload_id
    parts = []
    for number, content in enumerate((b"a" * PART_SIZE_MIN, b"b"), 1):
        etag = v4.upload_part("big", upload_id, number, content).etag
        parts.append(oss2.models.PartInfo(number, etag))
    expect(len(v4.list_parts("big", upload_id).parts), 2)
    result = v4.complete_multipart_upload("big", upload_id, parts, headers=CALLBACK)
    expect(json.loads(result.resp.read()), ANSWER)
    expect(v4.get_object("big").read(), b"a" * PART_SIZE_MIN + b"b")


def callback_that_fails():
    unreachable = {"callbackUrl": env["UNREACHABLE_URL"], "callbackBody": "a=b"}
    result = v4.put_object("kept", "x", headers={"x-oss-callback": encode(unreachable)})
    expect(result.status, 203)
    assert b"<Code>CallbackFailed</Code>" in result.resp.read()
    expect(v4.get_object("kept").read(), b"x")


def presigned(bucket):
    url = bucket.sign_url("PUT", KEY, 60, headers={"Content-Type": "text/plain"})
    headers = {"Content-Type": "text/plain"}
    urlopen(Request(url, b"signed", headers, method="PUT")).close()
    with urlopen(bucket.sign_url("GET", KEY, 60)) as answer:
        expect(answer.read(), b"signed")
        expect(answer.headers["Content-Type"], "text/plain")
    try:
        urlopen(bucket.sign_url("GET", KEY, 60).replace("%E7%8C%AB", "other"))
    except HTTPError as error:
        expect(error.code, 403)
    else:
        raise AssertionError("another key was accepted")


def no_such_key():
    try:
        v4.get_object("missing")
    except oss2.exceptions.NoSuchKey as error:
        expect((error.status, error.code, len(error.request_id)), (404, "NoSuchKey", 24))
    else:
        raise AssertionError("found")
    expect(v4.object_exists("missing"), False)


def wrong_secret():
    for auth in oss2.Auth(ID, "wrong"), oss2.AuthV4(ID, "wrong"):
        try:
            bucket_with(auth).get_object(KEY)
        except oss2.exceptions.ServerError as error:
            expect((error.status, error.code), (403, "SignatureDoesNotMatch"))
        else:
            raise AssertionError("accepted")


def delete():
    v4.delete_object(KEY)
    expect(v4.object_exists(KEY), False)
    rest = [item.key for item in oss2.ObjectIterator(v4)]
    expect(sorted(v4.batch_delete_objects(rest).deleted_keys), sorted(rest))
    v4.delete_bucket()


def recover_from_faults():
    """oss2 does not repeat requests: the upload is sent again, and the download is continued."""
    content = b"b" * (PART_SIZE_MIN + 1)
    v4.put_object("flaky/1", content)
    try:
        v4.put_object("flaky/2", content)
    except oss2.exceptions.ServerError as error:
        expect((error.status, error.code), (503, "SlowDown"))
        v4.put_object("flaky/2", content)
    got = b""
    for _ in range(2):
        try:
            rest = (len(got), len(content) - 1)
            for chunk in v4.get_object("flaky/2", byte_range=rest):
                got += chunk
            break
        except requests.exceptions.ChunkedEncodingError:
            pass
    expect(got, content)


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
    "recovers from faults": recover_from_faults,
    "delete": delete,
}
for name, step in STEPS.items():
    step()
    print(name)
