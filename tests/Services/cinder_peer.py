"""What the cinder that is installed makes of images: python3 cinder_peer.py GLANCE FOLDER < one request a line.

A request is {"verb": "fetch" | "verify" | "raw" | "vhd" | "upload", "id": …, "path": …, "format": …,
"compression": true | false}; the answer to each is one
line with {"error": null or the name of the exception}. The Glance at GLANCE asks nobody who is there.
"""
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
glance_address, folder = sys.argv[1:]
os.makedirs(os.path.join(folder, "conversion"), exist_ok=True)

from oslo_config import cfg

from cinder import context
from cinder import objects
from cinder import privsep
from cinder.image import glance
from cinder.image import image_utils

settings = cfg.CONF
settings([], project="cinder", default_config_files=[])
for name, value in (
        ("auth_strategy", "noauth"), ("glance_api_servers", [glance_address]), ("state_path", folder),
        ("image_conversion_dir", os.path.join(folder, "conversion"))):
    settings.set_override(name, value)
objects.register_all()
privsep.sys_admin_pctxt.set_client_mode(False)
who = context.RequestContext("somebody", "somewhere", is_admin=True)


def work(request, service):
    verb, image, path = request["verb"], request["id"], request["path"]
    settings.set_override("allow_compression_on_image_upload", request["compression"])
    if verb == "fetch":
        image_utils.fetch(who, service, image, path, None, None)
    elif verb == "verify":
        image_utils.fetch_verify_image(who, service, image, path)
    elif verb == "raw":
        image_utils.fetch_to_raw(who, service, image, path, 4096, run_as_root=False)
    elif verb == "vhd":
        image_utils.fetch_to_vhd(who, service, image, path, 4096, run_as_root=False)
    else:
        image_utils.upload_volume(who, service, service.show(who, image), path, volume_format=request["format"], run_as_root=False)


for line in sys.stdin:
    wanted = json.loads(line)
    try:
        work(wanted, glance.get_default_image_service())
        trouble = None
    except Exception as error:
        trouble = type(error).__name__
    print(json.dumps({"error": trouble}), flush=True)
