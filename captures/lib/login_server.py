"""A site with logins of every kind, for samples of what must not be shown: login_server.py ADDRESS PORT

Every user, password, cookie and token is invented for the sample.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COOKIE = "SampleCookie0099aabbcc"
PAGE = "<!doctype html><title>示例</title><p>示例\n".encode()


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sample", ""

    def do_GET(self):
        if "/leave" in self.path:
            place = "http://files.sample-campus.test:8080/next?token=SampleRedirect10ab&page=2"
            return self.answer(302, b"", {"Location": place})
        return self.answer(200, PAGE)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        cookies = f"session={COOKIE}; Domain=.sample-campus.test; Path=/; HttpOnly"
        return self.answer(200, PAGE, {"Set-Cookie": cookies})

    def answer(self, status, body, more=()):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in dict(more).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp=None):
        return "Sat, 21 Nov 2026 06:00:00 GMT"

    def log_message(self, *_):
        pass


Site.do_CONNECT = Site.do_GET
ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Site).serve_forever()
