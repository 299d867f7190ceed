# The set-up code that examples/pytest would need without its helper.
import base64
import hashlib
import hmac
import json
import os
import shlex
import socket
import subprocess
import time
import uuid
from datetime import datetime, timezone
from types import SimpleNamespace
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest


def call(url, method="GET", body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"Content-Type": "application/json"} if data else {}, method=method)) as response:
        return json.loads(response.read() or b"null")


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


@pytest.fixture(scope="session")
def emulator():
    port, admin_port = free_port(), free_port()
    command = shlex.split(os.environ["OSS_EMULATOR_COMMAND"])
    process = subprocess.Popen([*command, "--memory", f"--port={port}", f"--admin-port={admin_port}"])
    admin_url = f"http://127.0.0.1:{admin_port}"
    try:
        for _ in range(100):
            try:
                call(f"{admin_url}/health")
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", admin_url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def oss(emulator):
    endpoint, admin_url = emulator
    call(f"{admin_url}/api/buckets/photos", "PUT", {})

    def callbacks():
        return call(f"{admin_url}/api/callbacks")["callbacks"]

    def wait_for_callback(key):
        for _ in range(50):
            found = [one for one in callbacks() if one["key"] == key and one["status"] != "sending"]
            if found:
                return found[0]
            time.sleep(0.1)
        raise TimeoutError(key)

    def assume_role():
        query = {
            "Action": "AssumeRole",
            "Version": "2015-04-01",
            "Format": "JSON",
            "RoleArn": "acs:ram::1000000000000001:role/uploader",
            "RoleSessionName": "test",
            "DurationSeconds": "900",
            "AccessKeyId": "oss-emulator",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": str(uuid.uuid4()),
            "Timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        canonical = urlencode(sorted(query.items()), quote_via=quote, safe="~")
        to_sign = f"GET&%2F&{quote(canonical, safe='~')}".encode()
        signature = base64.b64encode(hmac.digest(b"oss-emulator-secret&", to_sign, hashlib.sha1)).decode()
        return call(f"{endpoint}/?{canonical}&{urlencode({'Signature': signature})}")["Credentials"]

    yield SimpleNamespace(
        endpoint=endpoint,
        region="cn-hangzhou",
        bucket="photos",
        assume_role=assume_role,
        callbacks=callbacks,
        wait_for_callback=wait_for_callback,
        fault=lambda rule: call(f"{admin_url}/api/faults", "POST", rule),
        expire=lambda seconds: call(f"{admin_url}/api/clock", "PUT", {"advance": seconds, "scope": "expiry"}),
    )
    call(f"{admin_url}/api/reset", "POST")
