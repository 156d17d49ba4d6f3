"""A page that is rendered and compressed once, with holes that each request fills: what makes GET fast.

The gzip stream is put together from ready pieces: text deflated beforehand and closed with a full flush, hole values as
stored blocks between them (RFC 1951 §3.2.4), one checksum over the whole (RFC 1952). Browsers see an ordinary stream.
"""

import re
import struct
import zlib
from collections.abc import Mapping

from markupsafe import Markup, escape

_HOLE = re.compile("\x02([a-z_]+)\x03")
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


def hole(name: str) -> Markup:
    """What a template writes where a value will stand."""
    return Markup(f"\x02{name}\x03")  # noqa: S704 - two control characters around a name of our own


class PreparedPage:
    """HTML with holes, ready to be sent."""

    def __init__(self, html: str) -> None:
        parts = _HOLE.split(html)
        self._texts = [text.encode() for text in parts[0::2]]
        self._names = parts[1::2]
        self._pressed = [_press(text, last=index == len(self._names)) for index, text in enumerate(self._texts)]

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The page with escaped values in its holes."""
        filled = [self._texts[0]]
        for value, text in zip(self._escaped(values), self._texts[1:], strict=True):
            filled += (value, text)
        return b"".join(filled)

    def fill_compressed(self, values: Mapping[str, str]) -> bytes:
        """The same as a gzip stream."""
        checksum, length = zlib.crc32(self._texts[0]), len(self._texts[0])
        pieces = [_HEADER, self._pressed[0]]
        for value, text, pressed in zip(self._escaped(values), self._texts[1:], self._pressed[1:], strict=True):
            pieces += (_stored(value), pressed)
            checksum = zlib.crc32(text, zlib.crc32(value, checksum))
            length += len(value) + len(text)
        pieces.append(struct.pack("<II", checksum, length & 0xFFFFFFFF))
        return b"".join(pieces)

    def _escaped(self, values: Mapping[str, str]) -> list[bytes]:
        return [str(escape(values[name])).encode() for name in self._names]


def _press(text: bytes, *, last: bool) -> bytes:
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return press.compress(text) + press.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def _stored(value: bytes) -> bytes:
    """A stored block; the stream stands at a byte boundary, and a value is far below the block's 65,535 bytes."""
    return struct.pack("<BHH", 0, len(value), len(value) ^ 0xFFFF) + value
