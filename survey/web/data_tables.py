"""A table of results as data: shown on a page and downloaded as CSV, so that both say the same. Step 8."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from survey.exchange.export.csv_file import as_csv, safe_text
from survey.programme.figure import Decision, Figure
from survey.web.charts import SIGNS
from survey.web.numbers import MISSING, as_count, as_figure, as_share
from survey.web.words import verdict_in_words


@dataclass(frozen=True)
class Cell:
    """`shown` on the page, `raw` in the file (unrounded; None: as shown). `kind` is a class of the style sheet.

    `note` stands below in small type; `sign` before it, for verdicts that must be told apart without colour.
    """

    shown: str
    raw: object = None
    kind: str = ""
    link: str = ""
    note: str = ""
    sign: str = ""

    @property
    def in_file(self) -> object:
        raw = self.shown if self.raw is None else self.raw
        return safe_text(raw) if isinstance(raw, str) and raw != MISSING else "" if raw == MISSING else raw


@dataclass(frozen=True)
class DataTable:
    """`heads` with `numbers` saying which columns are set to the right; the first cell of each row is its head."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()

    def to_csv(self) -> str:
        return as_csv(self.heads, [[cell.in_file for cell in row] for row in self.rows])


def text(shown: str, *, link: str = "", note: str = "", kind: str = "") -> Cell:
    return Cell(str(shown), None, kind, link, note)


def count(n: float | None) -> Cell:
    return Cell(as_count(n), "" if n is None else n, "n")


def share(value: float | None) -> Cell:
    return Cell(as_share(value), "" if value is None else value, "n")


def decimal(value: float | None, places: int = 2) -> Cell:
    return Cell(MISSING if value is None else f"{value:.{places}f}", "" if value is None else value, "n")


def rate(figure: Figure, score: bool = False) -> Cell:
    """The estimate of a figure; why it is held back, where it is."""
    if figure.estimate is None:
        return Cell(gettext("样本不足，不公布"), "", "held-back")
    return Cell(as_figure(figure.estimate, score, figure.target), figure.estimate, "n rate")


def limits(figure: Figure, score: bool = False, place: int = 0) -> list[Cell]:
    """Lower and upper limit of the figure's interval at this place (0: the narrowest, which decides)."""
    if figure.estimate is None or place >= len(figure.limits):
        return [Cell(MISSING, "", "n"), Cell(MISSING, "", "n")]
    found = figure.limits[place]
    return [Cell(as_figure(end, score, figure.target), end, "n") for end in (found.lower, found.upper)]


def verdict(figure: Figure) -> Cell:
    """Sign, word and class of a verdict."""
    words = verdict_in_words(figure)
    if not words or figure.decision is Decision.NONE:
        return Cell(MISSING, "", "")
    note = gettext("须复核") if figure.needs_review else ""
    return Cell(words, None, f"decision {figure.decision}", note=note, sign=SIGNS[figure.decision])


def points(value: float | None, score: bool = False) -> Cell:
    """A difference in points, with its sign."""
    shown = MISSING if value is None else f"{value * (1 if score else 100):+z.1f}"
    return Cell(shown, "" if value is None else value, "n")


def p_value(p: float | None) -> Cell:
    """A p-value with three decimals, or that it is smaller."""
    if p is None:
        return Cell(MISSING, "", "n")
    return Cell("< 0.001" if p < 0.001 else f"{p:.3f}", p, "n")


def parts(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: Sequence[int] = ()) -> DataTable:
    """A table from lists."""
    return DataTable(title, tuple(map(str, heads)), tuple(tuple(row) for row in rows), frozenset(numbers))
