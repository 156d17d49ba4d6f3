"""Step 2, a QR code as modules and as vector runs, without a raster: sharp at any size and small in the file."""

from collections.abc import Iterator

from qrcode.constants import ERROR_CORRECT_Q
from qrcode.main import QRCode

QUIET_ZONE = 4  # modules of white on every side (ISO/IEC 18004, 6.3.8)

Modules = tuple[tuple[bool, ...], ...]


def qr_modules(content: str) -> Modules:
    """The square of dark (True) and light modules that holds `content`, without its quiet zone.

    Error correction Q: a quarter of the signs may be dirty. The mask pattern is fixed, because choosing among the eight
    is five sixths of the work and every mask decodes.
    """
    code = QRCode(error_correction=ERROR_CORRECT_Q, border=0, mask_pattern=3)
    code.add_data(content, optimize=0)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def dark_runs(modules: Modules) -> Iterator[tuple[int, int, int]]:
    """Horizontal runs of dark modules: (row, first column, length), the rows from the top."""
    for number, row in enumerate(modules):
        start = None
        for column, dark in enumerate((*row, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                yield number, start, column - start
                start = None
