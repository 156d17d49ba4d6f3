"""A funnel plot as SVG: every worker a point, the share that chance explains between two lines; nobody is ranked.

Drawn on the server in a picture of fixed proportions; looks come from chart.css.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

from flask_babel import gettext
from markupsafe import Markup, escape

from survey.actions.fieldwork.show_fieldwork import Funnel, FunnelPoint
from survey.web.numbers import as_share

Scale: TypeAlias = Callable[[float], float]
_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 18, 14, 44


def funnel_plot(funnel: Funnel) -> Markup:
    """The picture; points outside the outer limits are squares with their name, so that colour is not needed."""
    low, high = funnel.limits[0][0], funnel.limits[-1][0]
    edges = [edge for limit in funnel.limits for edge in limit[1:]] + [point.share for point in funnel.points]
    bottom, top = max(min(edges) - 0.03, 0.0), min(max(edges) + 0.03, 1.0)

    def x(n: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (n - low) / max(high - low, 1)

    def y(share: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (top - share) / max(top - bottom, 1e-9)

    lines = [
        f'<polyline class="{kind}" points="'
        + " ".join(f"{x(limit[0]):.1f},{y(limit[place]):.1f}" for limit in funnel.limits)
        + '"/>'
        for place, kind in ((1, "inner"), (2, "inner"), (3, "outer"), (4, "outer"))
    ]
    level = f"{y(funnel.share):.1f}"
    middle = f'<line class="target" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{level}" y2="{level}"/>'
    dots = [_point(point, x(point.n), y(point.share)) for point in funnel.points]
    described = gettext(
        "漏斗图：%(n)s 位访问员，总体完成比例 %(share)s，界外 %(outside)s 位。",
        n=len(funnel.points),
        share=as_share(funnel.share),
        outside=sum(point.outside for point in funnel.points),
    )
    axes = _axes(low, high, bottom, top, x, y)
    return Markup(  # noqa: S704 - numbers, and words that are escaped
        f'<svg class="chart funnel-plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%" role="img" '
        f'aria-label="{escape(described)}" xmlns="http://www.w3.org/2000/svg">'
        + "".join([*axes, *lines, middle, *dots])
        + "</svg>"
    )


def _point(point: FunnelPoint, x: float, y: float) -> str:
    name = escape(point.label)
    title = f"<title>{name} · {point.n} · {as_share(point.share)}</title>"
    if not point.outside:
        return f'<g>{title}<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="5"/></g>'
    square = f'<rect class="point outside" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>'
    return f'<g>{title}{square}<text class="name" x="{x:.1f}" y="{y - 9:.1f}">{name}</text></g>'


def _axes(low: int, high: int, bottom: float, top: float, x: Scale, y: Scale) -> list[str]:
    base = _HEIGHT - _BOTTOM
    parts = [
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base}" y2="{base}"/>',
        f'<line class="axis" x1="{_LEFT}" x2="{_LEFT}" y1="{_TOP}" y2="{base}"/>',
        f'<text class="tick" x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 6}">'
        f"{escape(gettext('上过门的户数'))}</text>",
    ]
    for k in range(5):
        n = low + (high - low) * k / 4
        parts.append(f'<text class="tick" x="{x(n):.1f}" y="{base + 18}">{n:.0f}</text>')
    step = 0.2 if top - bottom > 0.5 else 0.1 if top - bottom > 0.25 else 0.05
    for k in range(math.ceil(bottom / step), math.floor(top / step + 1e-9) + 1):
        parts.append(f'<text class="number" x="{_LEFT - 6}" y="{y(k * step) + 4:.1f}">{k * step * 100:.0f}%</text>')
    return parts
