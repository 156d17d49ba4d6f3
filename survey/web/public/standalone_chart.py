"""A chart that stands alone: with title, source and its looks inside, to be framed by another site or printed."""

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path

from survey.settings import PROJECT

_HEAD, _FOOT = 46, 26  # pixels above the chart for the title and below it for the source
_STYLESHEETS = ("minyi.css", "chart.css")


def standalone_chart(chart: str, title: str, source: str) -> str:
    """`chart` inside a picture of its own; an empty one leaves title and source."""
    height = int(chart.split('height="', 1)[1].split('"', 1)[0]) if chart else 0
    whole = _HEAD + height + _FOOT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="100%" height="{whole}" role="img" '
        f'aria-label="{escape(title)}"><style><![CDATA[{_style()}]]></style>'
        f'<rect class="paper" width="100%" height="{whole}"/>'
        f'<text class="heading" x="2%" y="24">{escape(title)}</text>'
        f'<svg y="{_HEAD}" x="2%" width="96%" height="{height}">{chart}</svg>'
        f'<text class="tick source" x="2%" y="{whole - 10}">{escape(source)}</text></svg>'
    )


@cache
def style_hash() -> str:
    """What the policy of the answer names, so that this style and no other is applied."""
    return b64encode(hashlib.sha256(_style().encode()).digest()).decode()


@cache
def _style() -> str:
    """The same rules as on the pages, so that a chart looks the same everywhere."""
    folder: Path = PROJECT / "survey" / "static" / "css"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in _STYLESHEETS)
