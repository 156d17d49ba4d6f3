"""The table of results: every indicator in every area or group, filtered and sorted by the address of the page."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from flask_babel import lazy_gettext

from survey.actions.results.ask_question import Answered
from survey.actions.results.open_workspace import Workspace
from survey.programme.figure import Decision
from survey.programme.question import Question, QuestionKind
from survey.web.analyst.ask import answered
from survey.web.analyst.figure_rows import MOST_DRAWN, Row, charts_of, figure_table, of_areas, of_groups
from survey.web.analyst.found import found_workspace
from survey.web.analyst.groups import column_label
from survey.web.analyst.view import show
from survey.web.words import VERDICTS

LEVELS = {"district": lazy_gettext("全部"), "street": lazy_gettext("街道"), "community": lazy_gettext("社区")}
SORTS = {
    "": lazy_gettext("按问卷次序"),
    "rate": lazy_gettext("结果从高到低"),
    "-rate": lazy_gettext("结果从低到高"),
    "n": lazy_gettext("样本量从少到多"),
    "deff": lazy_gettext("设计效应从大到小"),
    "dk": lazy_gettext("不了解从多到少"),
}
_KEYS = {
    "rate": lambda row: -(row.figure.estimate if row.figure.estimate is not None else -1),
    "-rate": lambda row: row.figure.estimate if row.figure.estimate is not None else 1e9,
    "n": lambda row: row.figure.n,
    "deff": lambda row: -(row.figure.deff or 0),
    "dk": lambda row: -(row.figure.dk_share or 0),
}


@dataclass(frozen=True)
class _Cut:
    """What the rows are of: `by` a level of areas or a column, crossed with the column `across` ("" for none)."""

    by: str
    across: str

    @property
    def columns(self) -> list[str]:
        """The columns that divide people; none where the figures are those of areas, which every run has."""
        if not self.across:
            return [] if self.by in LEVELS else [self.by]
        return [self.across] if self.by == "district" else [self.by, self.across]

    def question(self, space: Workspace) -> Question | None:
        if not self.columns:
            return None
        return Question(QuestionKind.GROUPS) if len(self.columns) == 1 else space.crossing(*self.columns)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/table", "figures", figures)


def figures(wave_id: str) -> str | Response:
    """`?by=`: level of areas, or the column of a group; `across`: a second group; the others narrow, `sort` orders."""
    space = found_workspace(wave_id)
    groups = dict(space.groups) if space.whole else {}
    by, across = request.args.get("by", "street"), request.args.get("across", "")
    if (by not in LEVELS and by not in groups) or (across and across not in groups):
        abort(404)
    cut = _Cut(by, across if across != by else "")
    question = cut.question(space)
    known = answered(space, question) if question else Answered(None)
    rows = _rows(space, cut, known)
    return show(
        "analyst/figures.html",
        space.results.wave,
        [figure_table(wave_id, rows, with_posters=not cut.columns)],
        charts_of(rows),
        space=space,
        by=cut.by,
        across=cut.across,
        crossed=len(cut.columns) > 1,
        groups={name: column_label(name, item) for name, item in groups.items()},
        levels=LEVELS,
        sorts=SORTS,
        verdicts=VERDICTS,
        most_drawn=MOST_DRAWN,
        question=question,
        asked=known.asked,
        answer=known.result,
        needs_answer=bool(question) and not known.result,
    )


def _rows(space: Workspace, cut: _Cut, known: Answered) -> list[Row]:
    if not cut.columns:
        rows = list(of_areas(space, cut.by, set(request.args.getlist("area"))))
    else:
        rows = list(of_groups(space, cut.columns, known.result["estimates"])) if known.result else []
    rows = [row for row in rows if _fits(row)]
    order = request.args.get("sort", "")
    return sorted(rows, key=_KEYS[order]) if order in _KEYS else rows


def _fits(row: Row) -> bool:
    wanted, verdict = set(filter(None, request.args.getlist("indicator"))), request.args.get("decision", "")
    if wanted and row.frozen.indicator.id not in wanted:
        return False
    return not verdict or (verdict in set(Decision) and row.figure.decision is Decision(verdict))
