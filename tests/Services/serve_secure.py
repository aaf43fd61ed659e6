"""A web server for the tests that gives the files of a folder: with TLS, to clients that show a certificate, or as a proxy.

serve_secure.py PORT FOLDER [CERTIFICATE KEY AUTHORITY]   127.0.0.1 only; each request is a line of standard output
"""

import http.server
import select
import socket
import ssl
import sys
import urllib.parse


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        # What comes to a proxy is a whole address; whatever host it names, the file is here.
        self.path = urllib.parse.urlsplit(self.path).path
        super().do_GET()

    def do_CONNECT(self):
        with socket.create_connection(("127.0.0.1", int(self.path.rpartition(":")[2]))) as server:
            self.send_response(200)
            self.end_headers()
            other = {server: self.connection, self.connection: server}
            while True:
                for side in select.select(list(other), [], [])[0]:
                    data = side.recv(1 << 16)
                    if not data:
                        self.close_connection = True
                        return
                    other[side].sendall(data)

    def log_request(self, code="-", size="-"):
        print(f"{self.requestline} {code}", flush=True)

    def log_error(self, *_):
        pass


def main(port, folder, certificate=None, key=None, authority=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), lambda *words: Handler(*words, directory=folder))
    server.daemon_threads = True
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
        context.load_cert_chain(certificate, key)
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


main(*sys.argv[1:])
