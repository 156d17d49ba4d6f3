"""Dots, intervals and target lines as SVG: drawn on the server, sharp in print, readable without colour.

Positions across are per cent of the picture's width and everything else is in pixels, so that one picture serves a
telephone and a desk. Looks come from classes in staff.css; nothing here has an inline style.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup, escape

from survey.programme.figure import Decision, Figure
from survey.web.numbers import as_figure, as_interval

_LEFT, _WIDTH = 2.0, 96.0  # per cent of the picture that the axis runs over
_LINE, _STRIP, _GAP = 18, 20, 16  # pixels: a line of the label, the strip with the dot, the gap to the next row
_CLOSING = "）」』，。、；：！？)"  # no line begins with one of these
_LABEL_EMS = 12.0  # longer labels break, so that the number beside them fits on a telephone of 360 pixels


@dataclass(frozen=True)
class ChartRow:
    """One row: a label, its figure, and the words of its verdict ("" for none)."""

    label: str
    figure: Figure
    verdict: str


@dataclass(frozen=True)
class Axis:
    """From where to where the axis runs, and where its ticks are."""

    low: float
    high: float
    step: float

    def position(self, value: float) -> str:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return f"{_LEFT + _WIDTH * share:.3f}%"

    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * k for k in range(count + 1)]


def interval_chart(chart_id: str, title: str, rows: Sequence[ChartRow], score: bool = False) -> Markup:
    """The chart of `rows`; those without an estimate say so. `chart_id` makes the ids of title and description."""
    axis = axis_for([row.figure for row in rows], score)
    shared = shared_target(rows)
    parts: list[str] = []
    y = float(_LINE)
    for row in rows:
        drawn, y = _row(row, axis, y, score, own_target=shared is None)
        parts.append(drawn)
    under = y
    if shared is not None:
        parts.insert(0, _line(axis.position(shared), 4, under, "target"))
    parts.append(_axis(axis, under, score))
    description = " ".join(described(row, score) for row in rows)
    return Markup(  # noqa: S704 - every text in it is escaped
        f'<svg class="chart" width="100%" height="{under + 34:.0f}" role="img" '
        f'aria-labelledby="{chart_id}-title {chart_id}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{chart_id}-title">{escape(title)}</title>'
        f'<desc id="{chart_id}-desc">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def described(row: ChartRow, score: bool) -> str:
    """The row as a sentence, for people who hear the chart."""
    figure = row.figure
    if figure.estimate is None:
        return f"{row.label}: {gettext('样本不足，不公布')}."
    words = [f"{row.label}: {as_figure(figure.estimate, score, figure.target)}"]
    for limits in figure.limits[:1]:
        shown = as_interval(limits, score, figure.target)
        words.append(gettext("%(level)s%% 区间 %(limits)s", level=f"{limits.level * 100:.0f}", limits=shown))
    if figure.target is not None:
        words.append(gettext("目标 %(target)s", target=f"{figure.operator} {as_figure(figure.target, score)}"))
    if row.verdict:
        words.append(row.verdict)
    return ", ".join(words) + "."


def axis_for(figures: Sequence[Figure], score: bool) -> Axis:
    """An axis in tens (or twenties) of per cent or points that holds every limit and target; never narrower than 40.

    >>> axis_for([Figure(n=90, publishable=True, estimate=0.83, target=0.7)], score=False)
    Axis(low=0.6, high=1.0, step=0.1)
    """
    unit = 100.0 if score else 1.0
    values = [
        value / unit
        for figure in figures
        for value in (figure.estimate, figure.target, *(end for one in figure.limits for end in (one.lower, one.upper)))
        if value is not None
    ]
    low = math.floor(min(values, default=0.0) * 10 + 1e-9) / 10
    high = math.ceil(max(values, default=1.0) * 10 - 1e-9) / 10
    high = min(1.0, max(high, low + 0.4))
    low = max(0.0, min(low, high - 0.4))
    step = 0.1 if high - low < 0.55 else 0.2
    low = high - math.ceil((high - low) / step - 1e-9) * step
    return Axis(round(max(0.0, low) * unit, 9), round(high * unit, 9), step * unit)


def shared_target(rows: Sequence[ChartRow]) -> float | None:
    """The target when all rows have the same one; it is drawn as one line through all of them."""
    targets = {row.figure.target for row in rows if row.figure.estimate is not None}
    return targets.pop() if len(targets) == 1 else None


def _row(row: ChartRow, axis: Axis, y: float, score: bool, own_target: bool) -> tuple[str, float]:
    figure = row.figure
    lines = broken(row.label)
    parts = [f'<text class="label" x="0" y="{y + k * _LINE:.0f}">{escape(line)}</text>' for k, line in enumerate(lines)]
    middle = y + (len(lines) - 1) * _LINE + 6 + _STRIP / 2
    parts.append(f'<line class="rail" x1="{_LEFT}%" x2="{_LEFT + _WIDTH}%" y1="{middle}" y2="{middle}"/>')
    if figure.estimate is None:
        parts.append(
            f'<text class="held-back" x="{_LEFT}%" y="{middle + 5}">{escape(gettext("样本不足，不公布"))}</text>'
        )
    else:
        parts.append(_drawn(figure, figure.estimate, axis, middle, own_target))
        parts.append(f'<text class="number" x="100%" y="{y:.0f}">{_number(row, score)}</text>')
    return "".join(parts), middle + _STRIP / 2 + _GAP + _LINE / 2


def _number(row: ChartRow, score: bool) -> str:
    sign = SIGNS[row.figure.decision]
    number = as_figure(row.figure.estimate, score, row.figure.target)
    if not row.verdict:
        return f"{escape(number)}"
    return f'{escape(number)} <tspan class="{row.figure.decision}">{sign} {escape(row.verdict)}</tspan>'


def _drawn(figure: Figure, estimate: float, axis: Axis, middle: float, own_target: bool) -> str:
    parts = []
    if own_target and figure.target is not None:
        parts.append(_line(axis.position(figure.target), middle - 11, middle + 11, "target"))
    for k, limits in enumerate(figure.limits):  # the narrowest is thick: it decides
        left, right = axis.position(limits.lower), axis.position(limits.upper)
        kind = f"{'interval' if k == 0 else 'outer'} {figure.decision}"
        parts.append(f'<line class="{kind}" x1="{left}" x2="{right}" y1="{middle}" y2="{middle}"/>')
        if k > 0:
            parts.extend(_line(end, middle - 5, middle + 5, kind) for end in (left, right))
    parts.append(_dot(axis.position(estimate), middle, figure.decision))
    return "".join(parts)


def _dot(x: str, middle: float, decision: Decision) -> str:
    """Met is a filled disc, not met a filled square, undetermined a ring: told apart without colour."""
    if decision is Decision.NOT_MET:
        return (
            f'<svg x="{x}" y="{middle}" overflow="visible"><rect class="dot not_met" x="-5.5" y="-5.5" width="11" '
            f'height="11"/></svg>'
        )
    return f'<circle class="dot {decision}" cx="{x}" cy="{middle}" r="6"/>'


def _line(x: str, top: float, bottom: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="{top:.0f}" y2="{bottom:.0f}"/>'


def _axis(axis: Axis, y: float, score: bool) -> str:
    line = f'<line class="axis" x1="{_LEFT}%" x2="{_LEFT + _WIDTH}%" y1="{y}" y2="{y}"/>'
    ticks = []
    for value in axis.ticks():
        x = axis.position(value)
        label = f"{value:.0f}" if score else f"{value * 100:.0f}%"
        ticks.append(_line(x, y, y + 5, "axis"))
        ticks.append(f'<text class="{_placed(axis, value)}" y="{y + 20:.0f}">{label}</text>')
    return line + "".join(ticks)


def _placed(axis: Axis, value: float) -> str:
    """Class and place of a tick's label; the outer ones go inwards, or half of them would end with the picture."""
    if value < axis.low + axis.step / 2:
        return 'tick start" x="0'
    return 'tick most" x="100%' if value > axis.high - axis.step / 2 else f'tick" x="{axis.position(value)}'


def broken(label: str, ems: float = _LABEL_EMS) -> list[str]:
    """A label in as many lines as a narrow screen needs; a Chinese character is one em wide, another sign about half.

    >>> broken("Satisfaction with the environment and public facilities")
    ['Satisfaction with the', 'environment and', 'public facilities']
    """
    lines: list[str] = []
    width = 0.0
    for word in _words(label):
        size = sum(1.0 if ord(sign) > 0x2E7F else 0.55 for sign in word)
        if lines and (width + size <= ems or word in _CLOSING):
            lines[-1] += word
            width += size
        else:
            lines.append(word.lstrip())
            width = size
    return [line.rstrip() for line in lines]


def _words(label: str) -> list[str]:
    words: list[str] = []
    for sign in label:
        if ord(sign) > 0x2E7F or sign == " " or not words or ord(words[-1][-1]) > 0x2E7F:
            words.append(sign)
        else:
            words[-1] += sign
    return words


SIGNS = {Decision.MET: "✓", Decision.NOT_MET: "✗", Decision.UNDETERMINED: "?", Decision.NONE: ""}
