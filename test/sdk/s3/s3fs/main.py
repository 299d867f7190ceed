"""Uses s3fs (fsspec) like pandas, Dask and PyArrow: prints each successful step, and ends at the first failure."""
import os

import s3fs

env = os.environ
BUCKET = env["BUCKET"]
CURE = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}


def open_with(endpoint, **config):
    return s3fs.S3FileSystem(
        key=env["ACCESS_KEY_ID"],
        secret=env["ACCESS_KEY_SECRET"],
        endpoint_url=env[endpoint],
        client_kwargs={"region_name": "cn-hangzhou", "verify": env["CA_FILE"]},
        config_kwargs={"s3": {"addressing_style": env["STYLE"]}, "retries": {"max_attempts": 1}, **config},
        skip_instance_cache=True,
        use_listings_cache=False,
    )


def expect(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


by_default = open_with("S3_TLS_ENDPOINT")
s3 = open_with("S3_TLS_ENDPOINT", **CURE)


def create_bucket():
    s3.mkdir(BUCKET)
    assert s3.exists(BUCKET)


def refused_trailers():
    try:
        by_default.pipe(f"{BUCKET}/refused", b"hello")
    except (OSError, NotImplementedError) as error:
        assert "Aws MultiChunkedEncoding" in f"{error} {error.__cause__}", error
    else:
        raise AssertionError("accepted")
    assert not s3.exists(f"{BUCKET}/refused")


def write():
    s3.pipe(f"{BUCKET}/a b/猫+.txt", b"hello")
    with s3.open(f"{BUCKET}/big", "wb", block_size=5 * 1024 * 1024) as file:
        file.write(b"a" * (5 * 1024 * 1024))
        file.write(b"b" * (5 * 1024 * 1024))
        file.write(b"c")


def read():
    expect(s3.cat(f"{BUCKET}/a b/猫+.txt"), b"hello")
    with s3.open(f"{BUCKET}/big", "rb") as file:
        file.seek(10 * 1024 * 1024)
        expect(file.read(), b"c")
    expect(s3.info(f"{BUCKET}/big")["size"], 10 * 1024 * 1024 + 1)


def find():
    expect(sorted(s3.find(BUCKET)), [f"{BUCKET}/a b/猫+.txt", f"{BUCKET}/big"])
    expect(sorted(s3.ls(BUCKET)), [f"{BUCKET}/a b", f"{BUCKET}/big"])


def refused_delete_objects():
    try:
        s3.rm(f"{BUCKET}/big")
    except OSError as error:
        assert "MissingArgument" in str(error), error
    else:
        raise AssertionError("accepted")


def copy():
    s3.cp_file(f"{BUCKET}/big", f"{BUCKET}/copy")
    expect(s3.info(f"{BUCKET}/copy")["size"], 10 * 1024 * 1024 + 1)


def delete():
    for path in s3.find(BUCKET):
        s3.rm_file(path)  # one by one, because DeleteObjects requires a Content-MD5
    s3.rmdir(BUCKET)
    expect(s3.exists(BUCKET), False)


STEPS = {
    "create bucket": create_bucket,
    "refused: trailers": refused_trailers,
    "write": write,
    "read": read,
    "find": find,
    "refused: DeleteObjects": refused_delete_objects,
    "copy": copy,
    "delete": delete,
}
for name, step in STEPS.items():
    step()
    print(name)
