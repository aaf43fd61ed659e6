"""Says what cursive, which cinder, nova and Glance verify with, says of signatures: one JSON object a line, in and out."""
import json
import sys

from cryptography import exceptions, x509
from cursive import exception, signature_utils

for line in sys.stdin:
    case = json.loads(line)
    signature_utils.get_certificate = lambda *_: x509.load_pem_x509_certificate(open(case["certificate"], "rb").read())
    try:
        verifier = signature_utils.get_verifier(None, "id", case["hashMethod"], case["signature"], case["keyType"])
        with open(case["data"], "rb") as data:
            while piece := data.read(65536):
                verifier.update(piece)
        verifier.verify()
        print("valid")
    except (exceptions.InvalidSignature, exception.SignatureVerificationError):
        print("refused")
    except Exception as error:
        print("failed", type(error).__name__)
