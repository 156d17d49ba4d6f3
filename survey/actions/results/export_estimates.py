"""Export the figures of a wave as CSV: one row per indicator, area and source, unrounded, with the rule in words."""

import csv
import io
from collections.abc import Iterator

from survey.actions.results.show_results import WaveResults
from survey.programme.figure import Figure
from survey.programme.wave_indicator import WaveIndicator
from survey.response.response import Source

COLUMNS = (
    "indicator",
    "label",
    "rule",
    "area",
    "area_name",
    "source",
    "n",
    "estimate",
    "interval_method",
    "lower_90",
    "upper_90",
    "lower_95",
    "upper_95",
    "operator",
    "target",
    "decision",
    "point_meets",
    "n_effective",
    "deff",
    "dk_share",
    "publishable",
    "flags",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_estimates(results: WaveResults, language: str) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need; labels in `language`. Figures held back are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(results, language))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _rows(results: WaveResults, language: str) -> Iterator[list[str]]:
    for indicator in results.indicators:
        for area in results.areas:
            pair = results.pair(indicator.indicator.id, area.code)
            for source, figure in ((Source.PROB, pair.prob), (Source.QR, pair.qr)):
                if figure is not None:
                    place = [area.code, _inert(area.name.in_language(language))]
                    yield [*_what(indicator, language), *place, source.value, *_numbers(figure)]


def _what(indicator: WaveIndicator, language: str) -> list[str]:
    noun = indicator.indicator
    return [noun.id, _inert(noun.label.in_language(language)), _inert(noun.rule_in_words(language))]


def _numbers(figure: Figure) -> list[str]:
    values = (
        figure.n,
        figure.estimate,
        figure.limits[0].method if figure.limits else None,
        *_limits(figure, 0.90),
        *_limits(figure, 0.95),
        figure.operator,
        figure.target,
        figure.decision.value,
        figure.point_meets,
        figure.n_effective,
        figure.deff,
        figure.dk_share,
        figure.publishable,
        "; ".join(figure.flags),
    )
    return ["" if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _limits(figure: Figure, level: float) -> tuple[float | None, float | None]:
    found = next((limits for limits in figure.limits if limits.level == level), None)
    return (None, None) if found is None else (found.lower, found.upper)


def _inert(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
