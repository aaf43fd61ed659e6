"""Serves Barbican on 127.0.0.1:PORT; its settings and its pipeline are in HOME."""
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

port, home = int(sys.argv[1]), sys.argv[2]
sys.argv[1:] = ["--config-file", home + "/barbican.conf"]

from barbican.common import config

config.parse_args(config.CONF, args=sys.argv[1:])

from paste import deploy


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

    def address_string(self):
        return self.client_address[0]


make_server("127.0.0.1", port, deploy.loadapp("config:" + home + "/paste.ini", name="main"), handler_class=Quiet).serve_forever()
