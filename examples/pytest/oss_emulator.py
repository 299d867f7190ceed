"""pytest fixtures for oss-emulator: copy this file, and put `pytest_plugins = ["oss_emulator"]` into conftest.py.

The fixture `oss` is a new account with its own keys and bucket for each test. The account and everything that belongs
to it are deleted when the test ends.

One emulator is used for the whole run. If OSS_EMULATOR_ADMIN is set, it is the running emulator with this admin URL
(OSS_EMULATOR_ENDPOINT is its endpoint if a container's port is mapped). Otherwise OSS_EMULATOR_COMMAND (default:
`oss-emulator`) starts an emulator in memory and on free ports. Only the standard library is needed.
"""
import base64
import hashlib
import hmac
import json
import os
import shlex
import subprocess
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest


def _call(url, method="GET", body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    with urlopen(Request(url, data, headers, method=method), timeout=60) as response:
        return json.loads(response.read() or b"null")


@dataclass(frozen=True)
class Account:
    """An OSS account of the emulator: its keys, its bucket, its callbacks, and the faults of its requests."""

    endpoint: str
    region: str
    admin_url: str
    uid: str
    access_key_id: str
    access_key_secret: str
    bucket: str

    def wait_for_callback(self, key, count=1, seconds=5):
        """Returns the newest callback for the object, as in /api/openapi.json, once `count` of them are complete."""
        query = urlencode({"account": self.uid, "key": key, "count": count, "wait": f"{seconds}s"})
        found = _call(f"{self.admin_url}/api/callbacks?{query}")["callbacks"]
        if len(found) < count:
            raise TimeoutError(f"{len(found)} of {count} callbacks for {key} in {seconds} s")
        return found[0]

    def callbacks(self):
        """Returns this account's callbacks, the newest first."""
        return _call(f"{self.admin_url}/api/callbacks?account={self.uid}")["callbacks"]

    def fault(self, rule):
        """Makes requests of this account fail: {"operation": "PutObject", "times": 1, "do": {"status": 503}}."""
        return _call(f"{self.admin_url}/api/faults", "POST", {"account": self.uid, **rule})

    def expire(self, seconds):
        """Advances the clock of tokens, signed URLs and policies, for all accounts, until the test ends."""
        _call(f"{self.admin_url}/api/clock", "PUT", {"advance": seconds, "scope": "expiry"})

    def assume_role(self, seconds=900, role="uploader"):
        """Returns the Credentials that STS issues: AccessKeyId, AccessKeySecret, SecurityToken and Expiration."""
        query = {
            "Action": "AssumeRole",
            "Version": "2015-04-01",
            "Format": "JSON",
            "RoleArn": f"acs:ram::{self.uid}:role/{role}",
            "RoleSessionName": "test",
            "DurationSeconds": str(seconds),
            "AccessKeyId": self.access_key_id,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": str(uuid.uuid4()),
            "Timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        canonical = urlencode(sorted(query.items()), quote_via=quote, safe="~")
        to_sign = f"GET&%2F&{quote(canonical, safe='~')}"
        secret = f"{self.access_key_secret}&".encode()
        signature = base64.b64encode(hmac.digest(secret, to_sign.encode(), hashlib.sha1)).decode()
        return _call(f"{self.endpoint}/?{canonical}&{urlencode({'Signature': signature})}")["Credentials"]


@pytest.fixture(scope="session")
def oss_emulator(tmp_path_factory):
    """Returns the addresses of an emulator: `adminUrl`, `endpoint` and `region`."""
    admin_url = os.environ.get("OSS_EMULATOR_ADMIN")
    if admin_url:
        settings = _call(f"{admin_url}/api/settings")
        endpoint = os.environ.get("OSS_EMULATOR_ENDPOINT", settings["endpoint"])
        yield {"adminUrl": admin_url, "endpoint": endpoint, "region": settings["region"]}
        return
    command = shlex.split(os.environ.get("OSS_EMULATOR_COMMAND", "oss-emulator"))
    flags = ["--memory", "--port", "0", "--admin-port", "0", "--ready", "json"]
    process = subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, text=True)
    try:
        ready = process.stdout.readline()
        if not ready:
            raise RuntimeError(f"{shlex.join(command)} ended with {process.wait()} before it was ready")
        yield json.loads(ready)
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def oss(oss_emulator):
    """Returns a new account for the test."""
    admin_url = oss_emulator["adminUrl"]
    account = _call(f"{admin_url}/api/accounts", "POST", {})
    uid = account["uid"]
    bucket = f"test-{uid}"
    try:
        _call(f"{admin_url}/api/buckets/{bucket}", "PUT", {"owner": uid})
        yield Account(
            endpoint=oss_emulator["endpoint"],
            region=oss_emulator["region"],
            admin_url=admin_url,
            uid=uid,
            access_key_id=account["accessKeyId"],
            access_key_secret=account["accessKeySecret"],
            bucket=bucket,
        )
    finally:
        _call(f"{admin_url}/api/clock", "DELETE")
        _call(f"{admin_url}/api/accounts/{uid}", "DELETE")
