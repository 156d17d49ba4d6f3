"""The figure of the simulation: one row of dots for each interval method, one dot for each scenario, as SVG."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

WIDTH, LEFT, TOP, ROW, PANEL, GAP = 880, 130, 78, 44, 330, 60
ORDER = ("korn-graubard", "beta", "xlogit", "wilson", "likelihood", "asin", "mean")
STYLE = """
text { font: 14px system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; fill: #1d2a35; }
.small { font-size: 12px; fill: #52616b; } .title { font-weight: 600; }
.axis { stroke: #c9d1d6; } .goal { stroke: #1d2a35; stroke-dasharray: 4 3; }
.good { fill: #0b6e8a; fill-opacity: .65; } .bad { fill: #c4561b; fill-opacity: .75; }
.page { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf1; } .small { fill: #a9b7c0; } .page { fill: #12191f; } .axis { stroke: #3a4750; }
  .goal { stroke: #e6edf1; } .good { fill: #5cc3df; } .bad { fill: #f0915a; }
}
"""


def figure(rows: Sequence[Mapping[str, str | float]]) -> str:
    """Left: coverage of the 95 % interval. Right: how often the lower 90 % limit lies above the truth (false met)."""
    height = TOP + ROW * len(ORDER) + 66
    scenarios = len({row["scenario"] for row in rows})
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="Coverage and false met verdicts of seven intervals in {scenarios} scenarios">',
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>',
            *_names(),
            *_panel(rows, "coverage", LEFT, 0.86, 1.0, 0.95, "Coverage of the 95 % interval", "below 94 %"),
            *_panel(
                rows, "false_met", LEFT + PANEL + GAP, 0.0, 0.18, 0.05, "Lower 90 % limit above the truth", "above 6 %"
            ),
            f'<text class="small" x="{LEFT}" y="{height - 14}">One dot is one of {scenarios} scenarios. '
            "Dashed: what is promised. Orange: clearly missed.</text>",
            "</svg>\n",
        ]
    )


def _names() -> Iterator[str]:
    for k, method in enumerate(ORDER):
        yield f'<text x="{LEFT - 14}" y="{TOP + ROW * k + ROW / 2 + 5}" text-anchor="end">{escape(method)}</text>'


def _panel(
    rows: Sequence[Mapping[str, str | float]],
    name: str,
    left: float,
    low: float,
    high: float,
    goal: float,
    title: str,
    missed: str,
) -> Iterator[str]:
    def x(value: float) -> float:
        return left + PANEL * (min(max(value, low), high) - low) / (high - low)

    bottom = TOP + ROW * len(ORDER)
    yield f'<text class="title" x="{left}" y="32">{escape(title)}</text>'
    yield f'<text class="small" x="{left}" y="52">per cent of samples; orange: {escape(missed)}</text>'
    step = 0.02 if high - low < 0.15 else 0.03
    ticks = [low + step * k for k in range(round((high - low) / step) + 1)]
    for tick in ticks:
        yield f'<line class="axis" x1="{x(tick):.1f}" y1="{TOP}" x2="{x(tick):.1f}" y2="{bottom}"/>'
        yield f'<text class="small" x="{x(tick):.1f}" y="{bottom + 18}" text-anchor="middle">{100 * tick:.0f}</text>'
    yield f'<line class="goal" x1="{x(goal):.1f}" y1="{TOP}" x2="{x(goal):.1f}" y2="{bottom}"/>'
    for k, method in enumerate(ORDER):
        values = [float(row[name]) for row in rows if row["method"] == method]
        for place, value in enumerate(values):
            bad = value < goal - 0.01 if name == "coverage" else value > goal + 0.01
            y = TOP + ROW * k + 10 + (place % 5) * (ROW - 20) / 4
            yield f'<circle class="{"bad" if bad else "good"}" cx="{x(value):.1f}" cy="{y:.1f}" r="4.5"/>'
