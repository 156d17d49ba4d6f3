"""Ranks as SVG: a bar from the best to the worst place that cannot be ruled out, a dot at the place of the estimate."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup, escape

from survey.web.charts import broken

_LEFT, _WIDTH = 34.0, 62.0  # per cent of the picture: where the places begin, how wide they are
_TOP, _LINE, _GAP = 24, 16, 10  # pixels
_LABEL_EMS = 7.5  # so that a name fits beside the bars on a telephone


@dataclass(frozen=True)
class RankRow:
    """An area: the places from `lowest` to `highest` that it may have, and that of its estimate if it may be told."""

    label: str
    rank: int | None
    lowest: int
    highest: int


def rank_chart(chart_id: str, title: str, rows: Sequence[RankRow]) -> Markup:
    """One line for each area; place 1 is on the left."""
    count = len(rows)
    parts = [f'<text class="tick" x="{_at(place, count)}" y="14">{place}</text>' for place in _named(count)]
    top = float(_TOP)
    for row in rows:
        lines = broken(row.label, _LABEL_EMS)
        y = top + (len(lines) * _LINE + _GAP) / 2
        left, right = _at(row.lowest, count), _at(row.highest, count)
        first = y + 5 - (len(lines) - 1) * _LINE / 2
        parts += [
            f'<text class="label" x="0" y="{first + k * _LINE:.0f}">{escape(line)}</text>'
            for k, line in enumerate(lines)
        ]
        top += len(lines) * _LINE + _GAP
        parts.append(f'<line class="rail" x1="{_at(1, count)}" x2="{_at(count, count)}" y1="{y}" y2="{y}"/>')
        parts.append(f'<line class="interval none" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        if row.rank is not None:
            parts.append(f'<circle class="dot none" cx="{_at(row.rank, count)}" cy="{y}" r="6"/>')
    told = gettext("；").join(f"{row.label} {row.lowest}–{row.highest}" for row in rows)
    return Markup(  # noqa: S704 - every text in it is escaped
        f'<svg class="chart" width="100%" height="{top + 8:.0f}" role="img" aria-labelledby="{chart_id}-title '
        f'{chart_id}-desc" xmlns="http://www.w3.org/2000/svg"><title id="{chart_id}-title">{escape(title)}</title>'
        f'<desc id="{chart_id}-desc">{escape(told)}</desc>{"".join(parts)}</svg>'
    )


def _named(count: int) -> list[int]:
    """Places that are written above: all of a few, some of many."""
    step = max(1, -(-count // 12))
    return [1, *(place for place in range(1 + step, count + 1) if (place - 1) % step == 0)]


def _at(place: int, count: int) -> str:
    return f"{_LEFT + (_WIDTH * (place - 1) / (count - 1) if count > 1 else 0):.2f}%"
