"""The one spelling of a JSON value. Hashes of questionnaire versions and of responses are taken over it."""

import hashlib
import json

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_bytes(value: object) -> bytes:
    """JSON with sorted keys, compact, UTF-8: equal values give equal bytes.

    >>> canonical_bytes({"b": None, "a": ["1"]})
    b'{"a":["1"],"b":null}'
    """
    return _ENCODER.encode(value).encode()


def sha256_hex(content: bytes) -> str:
    """The sha256 of `content`, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
