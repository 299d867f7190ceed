"""The application under test: clients upload photos directly to OSS, and OSS notifies this server of each of them."""
import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote

import oss2
import requests
from Crypto.Hash import MD5
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15

KEY_URLS_OF_OSS = ("http://gosspublic.alicdn.com/", "https://gosspublic.alicdn.com/")


class Photos:
    """Uses temporary keys, and fetches new ones when they have expired."""

    def __init__(self, endpoint, region, bucket, fetch_keys, key_urls=KEY_URLS_OF_OSS):
        self.endpoint, self.region, self.bucket_name = endpoint, region, bucket
        self.fetch_keys, self.key_urls = fetch_keys, key_urls
        self.saved = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self._use_new_keys()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def permit(self, name):
        """Returns a permit to upload one photo: a signed URL and the headers that it signs."""
        callback = {
            "callbackUrl": f"http://127.0.0.1:{self.server.server_port}/uploaded",
            "callbackBody": "name=${object}&size=${size}",
        }
        headers = {"x-oss-callback": base64.b64encode(json.dumps(callback).encode()).decode()}
        return self.bucket.sign_url("PUT", name, 3600, headers=headers), headers

    def size_in_oss(self, name):
        try:
            return self.bucket.head_object(name).content_length
        except oss2.exceptions.ServerError as error:
            # A response to HEAD has no body, so an expired token can be recognized only by the status.
            if error.status != 403:
                raise
            self._use_new_keys()
            return self.bucket.head_object(name).content_length

    def _use_new_keys(self):
        keys = self.fetch_keys()
        auth = oss2.StsAuth(keys["AccessKeyId"], keys["AccessKeySecret"], keys["SecurityToken"], auth_version="v4")
        self.bucket = oss2.Bucket(auth, self.endpoint, self.bucket_name, region=self.region)

    def _is_from_oss(self, target, headers, body):
        key_url = base64.b64decode(headers.get("x-oss-pub-key-url", "")).decode()
        if not key_url.startswith(tuple(self.key_urls)):
            return False
        path, mark, query = target.partition("?")
        signed = f"{unquote(path)}{mark}{query}\n".encode() + body
        key = RSA.import_key(requests.get(key_url, timeout=5).content)
        try:
            pkcs1_15.new(key).verify(MD5.new(signed), base64.b64decode(headers.get("Authorization", "")))
        except ValueError:
            return False
        return True

    def _handler(photos):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = 403, {"error": "not from OSS"}
                if photos._is_from_oss(self.path, self.headers, body):
                    form = parse_qs(body.decode())
                    photos.saved[form["name"][0]] = int(form["size"][0])
                    status, answer = 200, {"saved": form["name"][0]}
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler


def upload(permit, content, attempts=3):
    """Runs in a client: uploads with a permit, and retries while OSS returns 503."""
    url, headers = permit
    for _ in range(attempts):
        response = requests.put(url, content, headers=headers, timeout=10)
        if response.status_code != 503:
            break
    return response
