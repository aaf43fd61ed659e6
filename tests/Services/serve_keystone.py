"""Serves Keystone on 127.0.0.1:PORT; the settings are in the folder of OS_KEYSTONE_CONFIG_DIR."""
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from keystone.server.wsgi import initialize_public_application

port = int(sys.argv[1])
del sys.argv[1:]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

    def address_string(self):
        return self.client_address[0]


make_server("127.0.0.1", port, initialize_public_application(), handler_class=Quiet).serve_forever()
