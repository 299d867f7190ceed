"""Uses OpenDAL, which is independent of Alibaba: prints each successful step, and ends at the first failure."""
import asyncio
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import opendal

env = os.environ
PART_SIZE_MIN = 100 * 1024
KEY = "a b/猫.txt"


def options_with(secret):
    return dict(
        bucket=env["BUCKET"],
        endpoint=env["OSS_ENDPOINT"],
        access_key_id=env["ACCESS_KEY_ID"],
        access_key_secret=secret,
        addressing_style="path" if "127.0.0.1" in env["OSS_ENDPOINT"] else "virtual",
    )


options = options_with(env["ACCESS_KEY_SECRET"])
oss = opendal.Operator("oss", **options)


def expect(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def put():
    oss.write(KEY, b"hello", content_type="text/plain", user_metadata={"by": "tom"})


def get():
    expect(oss.read(KEY), b"hello")
    metadata = oss.stat(KEY)
    expect(metadata.content_length, 5)
    expect(metadata.content_type, "text/plain")
    expect(metadata.user_metadata, {"by": "tom"})
    expect(metadata.etag, '"5D41402ABC4B2A76B9719D911017C592"')


def get_range():
    expect(oss.read(KEY, offset=1, size=3), b"ell")
    with oss.open(KEY, "rb") as file:
        file.seek(2)
        expect(file.read(), b"llo")


def copy():
    oss.copy(KEY, "a b/copy")
    expect(oss.read("a b/copy"), b"hello")


def list_objects():
    oss.create_dir("a b/c/")
    oss.write("a b/c/d", b"")
    listed = [entry.path for entry in oss.list("a b/", limit=1)]
    expect([path for path in listed if path != "a b/"], ["a b/c/", "a b/copy", KEY])
    expect("a b/c/d" in [entry.path for entry in oss.scan("a b/")], True)


def append():
    oss.write("log", b"one", append=True)
    oss.write("log", b"two", append=True)
    expect(oss.read("log"), b"onetwo")


def multipart():
    content = b"a" * PART_SIZE_MIN + b"b"
    oss.write("big", content, chunk=PART_SIZE_MIN)
    expect(oss.read("big"), content)
    expect(oss.stat("big").etag.endswith('-2"'), True)


async def presign():
    operator = opendal.AsyncOperator("oss", **options)
    put = await operator.presign_write(KEY, 60, content_type="text/plain")
    return put, await operator.presign_read(KEY, 60)


def presigned():
    put, get = asyncio.run(presign())
    headers = {**put.headers, "content-length": "6"}  # OpenDAL presigns with 0
    urlopen(Request(put.url, b"signed", headers, method=put.method)).close()
    with urlopen(get.url) as answer:
        expect(answer.read(), b"signed")
    try:
        urlopen(get.url.replace("%E7%8C%AB", "other"))
    except HTTPError as error:
        expect(error.code, 403)
    else:
        raise AssertionError("another key was accepted")


def no_such_key():
    try:
        oss.read("missing")
    except opendal.exceptions.NotFound as error:
        assert "NoSuchKey" in str(error), error
    else:
        raise AssertionError("found")
    expect(oss.exists("missing"), False)


def wrong_secret():
    try:
        opendal.Operator("oss", **options_with("wrong")).read(KEY)
    except opendal.exceptions.PermissionDenied as error:
        assert "SignatureDoesNotMatch" in str(error), error
    else:
        raise AssertionError("accepted")


def delete():
    oss.delete(KEY)
    expect(oss.exists(KEY), False)
    oss.remove_all("/")
    expect([entry.path for entry in oss.list("/") if entry.path != "/"], [])


STEPS = {
    "put": put,
    "get": get,
    "range": get_range,
    "copy": copy,
    "list": list_objects,
    "append": append,
    "multipart": multipart,
    "presigned V1": presigned,
    "NoSuchKey": no_such_key,
    "wrong secret": wrong_secret,
    "delete": delete,
}
for name, step in STEPS.items():
    step()
    print(name)
