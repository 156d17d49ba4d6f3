"""Bars over time as SVG: answers of the drawn sample above, of the posters below, on one axis. Looks: chart.css."""

from collections.abc import Sequence

from flask_babel import gettext
from markupsafe import Markup, escape

from survey.actions.results.live_wave import Arrivals

_HEIGHT, _GAP, _TOP = 70, 34, 20  # pixels: a band of bars, between two bands, above each for its name
_LEFT, _WIDTH = 6.0, 94.0  # per cent of the picture that the bars stand on


def arrivals_chart(chart_id: str, title: str, arrivals: Sequence[Arrivals], pattern: str) -> Markup:
    """Two bands of bars; `pattern` says how the beginning of a bar is written below it (strftime)."""
    bands = (
        (gettext("抽样调查"), "drawn", [one.drawn for one in arrivals]),
        (gettext("自愿扫码"), "self-selected", [one.self_selected for one in arrivals]),
    )
    height = len(bands) * (_TOP + _HEIGHT + _GAP)
    parts = []
    for k, (name, kind, numbers) in enumerate(bands):
        top = k * (_TOP + _HEIGHT + _GAP) + _TOP
        parts.append(_band(name, kind, numbers, [one.begins.strftime(pattern) for one in arrivals], top))
    words = [f"{name}: {sum(numbers)}, {gettext('最多')} {max(numbers, default=0)}" for name, _, numbers in bands]
    return Markup(  # noqa: S704 - every text in it is escaped
        f'<svg class="chart bars" width="100%" height="{height}" role="img" '
        f'aria-labelledby="{chart_id}-title {chart_id}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{chart_id}-title">{escape(title)}</title>'
        f'<desc id="{chart_id}-desc">{escape("; ".join(words))}</desc>{"".join(parts)}</svg>'
    )


def _band(name: str, kind: str, numbers: Sequence[int], names: Sequence[str], top: int) -> str:
    most, under = max([*numbers, 1]), top + _HEIGHT
    wide = _WIDTH / max(len(numbers), 1)
    step = max(1, -(-len(names) // 6))
    parts = [
        f'<text class="label" x="0" y="{top - 6}">{escape(name)}</text>',
        f'<text class="tick most" x="{_LEFT - 1}%" y="{top + 10}">{most}</text>',
        f'<line class="axis" x1="{_LEFT}%" x2="100%" y1="{under}" y2="{under}"/>',
    ]
    for k, n in enumerate(numbers):
        high = _HEIGHT * n / most
        x = _LEFT + k * wide
        parts.append(
            f'<rect class="bar {kind}" x="{x + wide * 0.1:.2f}%" y="{under - high:.1f}" width="{wide * 0.8:.2f}%" '
            f'height="{high:.1f}"/>'
        )
        if k % step == 0:
            parts.append(_below(names[k], x, wide, under + 16))
    return "".join(parts)


def _below(name: str, x: float, wide: float, y: int) -> str:
    """What stands below a bar; from the last tenth of the picture it goes to the left, to stay inside."""
    if x > 90:
        return f'<text class="tick most" x="{x + wide:.2f}%" y="{y}">{escape(name)}</text>'
    return f'<text class="tick start" x="{x:.2f}%" y="{y}">{escape(name)}</text>'
