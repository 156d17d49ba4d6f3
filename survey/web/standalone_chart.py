"""A chart that stands alone: with title, source and its looks inside, to be framed by another site or printed."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from survey.settings import PROJECT
from survey.web.charts import broken

_TITLE_LINE, _SOURCE_LINE, _MARGIN = 24, 18, 14  # pixels
_TITLE_EMS, _SOURCE_EMS = 18.0, 25.0  # so that both fit a telephone of 360 pixels
_STYLESHEETS = ("minyi.css", "chart.css")
PICTURE_WIDTH = 720  # pixels
_PLAIN_SIGNS = str.maketrans("✓✗", "√×")  # signs that every Chinese face has
_VARIABLE = re.compile(r"(--[\w-]+):\s*([^;]+);")


@dataclass(frozen=True)
class StandaloneChart:
    """The picture as SVG text, and how many pixels high a frame for it must be."""

    svg: str
    height: int


def standalone_chart(chart: str, title: str, source: str, *, plain: bool = False) -> StandaloneChart:
    """`chart` inside a picture of its own; an empty one leaves title and source.

    `plain`: with a fixed width and plain colours, for programs that know neither variables nor media queries.
    """
    width, style = (str(PICTURE_WIDTH), _plain_style()) if plain else ("100%", _style())
    chart = chart.translate(_PLAIN_SIGNS) if plain else chart
    ems = 1.8 if plain else 1.0
    titles, sources = broken(title, _TITLE_EMS * ems), broken(source, _SOURCE_EMS * ems)
    inner = int(chart.split('height="', 1)[1].split('"', 1)[0]) if chart else 0
    top = len(titles) * _TITLE_LINE + _MARGIN
    below = top + inner
    height = below + len(sources) * _SOURCE_LINE + _MARGIN
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}"><style><![CDATA[{style}]]></style>'
        f'<rect class="paper" width="100%" height="{height}"/>'
        f"{_lines('heading', titles, _TITLE_LINE, _TITLE_LINE)}"
        f'<svg y="{top}" x="2%" width="96%" height="{inner}">{chart}</svg>'
        f"{_lines('tick source', sources, below + _SOURCE_LINE, _SOURCE_LINE)}</svg>"
    )
    return StandaloneChart(svg, height)


@cache
def style_hash() -> str:
    """What the policy of the answer names, so that this style and no other is applied."""
    return b64encode(hashlib.sha256(_style().encode()).digest()).decode()


def _lines(kind: str, lines: Sequence[str], y: int, step: int) -> str:
    return "".join(
        f'<text class="{kind}" x="2%" y="{y + k * step}">{escape(line)}</text>' for k, line in enumerate(lines)
    )


@cache
def _style() -> str:
    """The same rules as on the pages, so that a chart looks the same everywhere."""
    folder = PROJECT / "survey" / "static" / "css"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in _STYLESHEETS)


@cache
def _plain_style() -> str:
    """The rules of charts with the colours of a white page written into them."""
    folder = PROJECT / "survey" / "static" / "css"
    first = (folder / "minyi.css").read_text(encoding="utf-8").split(":root {", 1)[1].split("}", 1)[0]
    values = dict(_VARIABLE.findall(first)) | {"--sans": "sans-serif"}
    rules = (folder / "chart.css").read_text(encoding="utf-8")
    return re.sub(r"var\((--[\w-]+)\)", lambda match: values[match[1]], rules)
