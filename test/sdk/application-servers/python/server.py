"""An application server for OSS's upload callbacks: callers other than OSS receive 403."""
import base64
import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from Crypto.Hash import MD5
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15

KEY_URLS = ("http://gosspublic.alicdn.com/", "https://gosspublic.alicdn.com/")


def is_from_oss(target, headers, body):
    key_url = base64.b64decode(headers.get("x-oss-pub-key-url", "")).decode()
    if not key_url.startswith(KEY_URLS):
        return False
    key = RSA.import_key(urllib.request.urlopen(key_url).read())
    path, mark, query = target.partition("?")
    signed = f"{unquote(path)}{mark}{query}\n".encode() + body
    try:
        signature = base64.b64decode(headers.get("authorization", ""))
        pkcs1_15.new(key).verify(MD5.new(signed), signature)
    except ValueError:
        return False
    return True


class Application(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        known = is_from_oss(self.path, self.headers, body)
        status = "OK" if known else "verify not ok"
        answer = json.dumps({"Status": status}).encode()
        self.send_response(200 if known else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Application)
print("ready", flush=True)
server.serve_forever()
