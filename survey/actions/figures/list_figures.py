"""List administrative figures: what counts now, what waits for a second person, every edition, the table for export."""

from dataclasses import dataclass

from survey.exchange.programme.figure_file import figures_as_csv
from survey.programme.admin_figure import AdminFigure, AdminIndicator, FigureState
from survey.storage import Storage
from survey.storage.admin_figures import load_admin_figures, load_admin_indicators


@dataclass(frozen=True)
class ListedIndicator:
    """`current`: the newest checked edition of the newest period that has one; `waiting`: editions to be checked."""

    indicator: AdminIndicator
    editions: tuple[AdminFigure, ...]

    @property
    def current(self) -> AdminFigure | None:
        return next((one for one in self.editions if one.state is FigureState.CHECKED), None)

    @property
    def waiting(self) -> tuple[AdminFigure, ...]:
        """The newest edition of each period, where nobody has decided on it."""
        newest = {one.period: one for one in reversed(self.editions)}
        return tuple(one for one in newest.values() if one.state is FigureState.ENTERED)

    @property
    def met(self) -> bool | None:
        return None if self.current is None else self.indicator.met_by(self.current.value)


def list_figures(storage: Storage) -> list[ListedIndicator]:
    with storage.read() as session:
        indicators, figures = load_admin_indicators(session), load_admin_figures(session)
    return [
        ListedIndicator(one, tuple(figure for figure in figures if figure.indicator == code))
        for code, one in indicators.items()
    ]


def find_indicator(storage: Storage, code: str) -> ListedIndicator | None:
    return next((one for one in list_figures(storage) if one.indicator.id == code), None)


def export_figures(storage: Storage) -> bytes:
    """Every edition of every figure as CSV."""
    rows = [(one.indicator, figure) for one in list_figures(storage) for figure in one.editions]
    return figures_as_csv(rows).encode()
