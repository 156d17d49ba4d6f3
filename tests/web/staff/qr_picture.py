"""Reads a QR code that a page draws as SVG, as a camera would."""

import re

import zxingcpp
from PIL import Image


def decoded(svg: str) -> str:
    """What a camera reads from the picture: its runs of dark modules, painted."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])  # type: ignore[index]
    picture = Image.new("L", (size, size), 255)
    for x, y, length in re.findall(r"M(\d+),(\d+)h(\d+)v1h-\3z", svg):
        picture.paste(0, (int(x), int(y), int(x) + int(length), int(y) + 1))
    return str(zxingcpp.read_barcode(picture.resize((size * 6, size * 6), Image.Resampling.NEAREST)).text)
