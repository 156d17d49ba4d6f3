"""A chart as PNG: its SVG drawn with the fonts of printed sheets; nothing is asked of the machine. Step 8."""

import gzip
import os
import tempfile
from pathlib import Path

_FAMILY = "Noto Sans SC"
_FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts" / "noto-sans-sc"
_FACES = ("NotoSansSC-Regular", "NotoSansSC-Bold")


def svg_as_png(svg: str, folder: Path, *, zoom: float = 2.0) -> bytes:
    """The picture, `zoom` times as many pixels as the SVG says. `folder`: where the fonts are kept unpacked.

    Raises `ValueError` for what is no SVG.
    """
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            font_files=[str(_unpacked(name, folder)) for name in _FACES],
            skip_system_fonts=True,
            font_family=_FAMILY,
            sans_serif_family=_FAMILY,
            background="#ffffff",
            zoom=zoom,
        )
    )


def _unpacked(name: str, folder: Path) -> Path:
    """The font as a file; written whole or not at all, by whichever process is first."""
    target = folder / f"{name}.ttf"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(gzip.decompress((_FONTS / f"{name}.ttf.gz").read_bytes()))
        os.replace(file.name, target)  # noqa: PTH105 - atomic, over one that another process made meanwhile
    return target
