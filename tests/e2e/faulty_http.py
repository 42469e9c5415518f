#!/usr/bin/env python3
"""Admin ports with one fault each: prints "MODE PORT" lines, serves until its input closes."""
import gzip
import http.server
import sys
import threading
import time

BODY = b'{"requests":{"counter":1}}'


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def answer(self, status, body=BODY, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        mode, tree = self.server.mode, 'tree=1' in self.path
        self.close_connection = True
        if mode == 'tree':
            self.answer(200, BODY if tree else b'{"requests":1}')
        elif mode == 'flat':
            self.answer(404 if tree else 200, b'{"requests":1}')
        elif mode == 'gzip':
            self.answer(200, gzip.compress(BODY), Content_Encoding='gzip')
        elif mode == 'hang':
            time.sleep(30)
        elif mode == 'drip':
            self.send_response(200)
            self.send_header('Content-Length', '1000')
            self.end_headers()
            for _ in range(60):
                self.wfile.write(b'{')
                time.sleep(0.5)
        elif mode == 'huge':
            self.send_response(200)
            self.send_header('Content-Length', str(1 << 30))
            self.end_headers()
            piece = b'{' + b'x' * ((1 << 20) - 1)
            for _ in range(1 << 10):
                self.wfile.write(piece)
        elif mode == 'bomb':
            self.answer(200, gzip.compress(b'{' * (256 << 20), 1), Content_Encoding='gzip')
        elif mode == 'early':
            self.send_response(200)
            self.send_header('Content-Length', '100')
            self.end_headers()
            self.wfile.write(b'{"a"')
        elif mode == 'garbage':
            self.answer(200, b'\x00\xff<html>')
        elif mode == 'tls':
            self.wfile.write(b'\x15\x03\x01\x00\x02\x02\x46')
        elif mode == 'redirect':
            self.answer(302, b'', Location='https://127.0.0.1/')
        elif mode == 'nothing':
            pass
        else:
            self.answer(int(mode), b'')


def serve(mode):
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *args: None
    server.mode = mode
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(mode, server.server_port, flush=True)


for name in sys.argv[1:]:
    serve(name)
sys.stdin.read()
