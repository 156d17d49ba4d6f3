"""A box that a worker's device can close and only the office's server can open: finished records wait in such boxes.

ECIES over P-256 (SEC 1 v2, §5.1) as browsers offer it: a fresh key pair per box, ECDH, HKDF-SHA-256, AES-256-GCM.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
INFO = b"minyi field record"


class SealedBoxError(ValueError):
    """A box that this server cannot open: made for another one, damaged, or no box at all."""


def office_key(secret_key: str) -> EllipticCurvePrivateKey:
    """The installation's own key, derived from its one secret, so that a restored server opens old boxes."""
    digest = hmac.new(secret_key.encode(), b"sealed boxes of the field", hashlib.sha512).digest()
    return derive_private_key(int.from_bytes(digest) % (_ORDER - 1) + 1, SECP256R1())


def public_point(key: EllipticCurvePrivateKey) -> str:
    """The public half as devices get it: the uncompressed point, 65 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()


def open_box(box: object, secret_key: str) -> dict[str, object]:
    """What the device closed into the box: a JSON object. Raises `SealedBoxError`."""
    if not isinstance(box, Mapping):
        raise SealedBoxError(f"box: expected point, iv and content, found {type(box).__name__}")
    try:
        point, iv, content = (base64.b64decode(box[name], validate=True) for name in ("point", "iv", "content"))
        stranger = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        shared = office_key(secret_key).exchange(ECDH(), stranger)
        opened = json.loads(AESGCM(_derive(shared, point)).decrypt(iv, content, None))
    except (KeyError, TypeError, ValueError, InvalidTag) as error:
        raise SealedBoxError("box: made for another installation, or damaged on the way") from error
    if not isinstance(opened, dict):
        raise SealedBoxError(f"box: expected an object inside, found {type(opened).__name__}")
    return opened


def _derive(shared: bytes, point: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=point, info=INFO).derive(shared)
