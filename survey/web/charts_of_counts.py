"""Counts as SVG: a bar and its number for each line, such as the words of open texts. Looks: chart.css. Step 8."""

from collections.abc import Sequence

from flask_babel import gettext
from markupsafe import Markup, escape

_LEFT, _WIDTH = 34.0, 54.0  # per cent of the picture: where bars begin, how long the longest is
_ROW, _BAR = 26, 14  # pixels


def counts_chart(chart_id: str, title: str, counts: Sequence[tuple[str, int]]) -> Markup:
    """One line for each count, in the given order; the number stands at the end of its bar."""
    most = max((n for _, n in counts), default=1)
    parts = []
    for k, (label, n) in enumerate(counts):
        middle, wide = k * _ROW + _ROW / 2, _WIDTH * n / most
        parts.append(f'<text class="label" x="0" y="{middle + 5:.0f}">{escape(label)}</text>')
        parts.append(
            f'<rect class="bar drawn" x="{_LEFT}%" y="{middle - _BAR / 2:.0f}" width="{wide:.2f}%" height="{_BAR}"/>'
        )
        parts.append(f'<text class="label" x="{_LEFT + wide + 1.5:.2f}%" y="{middle + 5:.0f}">{n}</text>')
    told = gettext("；").join(f"{label} {n}" for label, n in counts)
    return Markup(  # noqa: S704 - every text in it is escaped
        f'<svg class="chart bars" width="100%" height="{len(counts) * _ROW + 6}" role="img" '
        f'aria-labelledby="{chart_id}-title {chart_id}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{chart_id}-title">{escape(title)}</title>'
        f'<desc id="{chart_id}-desc">{escape(told)}</desc>{"".join(parts)}</svg>'
    )
