"""The course's sample app: greets on port 8080 with its version and host name; /error ends it."""

import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 8080
VERSION = os.environ.get("VERSION", "1")
GREETING = (
    "Hello from kub-first-app!\n"
    f"version: {VERSION}\n"
    f"hostname: {socket.gethostname()}\n"
    "Try to visit /error and see what happens to this Pod.\n"
)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/error":
            print("asked for /error: ending with exit code 1", file=sys.stderr, flush=True)
            os._exit(1)
        self.answer(200, GREETING) if path == "/" else self.answer(404, f"Cannot GET {path}\n")

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass  # As the app of the lessons: it prints nothing for a request.


server = ThreadingHTTPServer(("", PORT), Handler)
# Process 1 of a container gets no default handlers: without this, kubectl delete would take 30 seconds.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print(f"kub-first-app version {VERSION} listens on port {PORT}", flush=True)
server.serve_forever()
