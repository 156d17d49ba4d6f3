"""The lists of the fieldwork: second contacts, calls of one worker, visits that wait. Step 2 of the flow."""

from collections.abc import Sequence

from flask_babel import lazy_gettext

from survey.actions.fieldwork.list_my_cases import MyCase, MyWave
from survey.actions.fieldwork.settle_visits import KeptVisit
from survey.fieldwork.case import SampledCase
from survey.fieldwork.recontact import Recontact
from survey.programme.wave import Wave
from survey.web.fieldwork.case_words import KEPT_REASONS
from survey.web.i18n import in_page_language
from survey.web.listing import Column, Filter, Listing

Call = tuple[Wave, MyCase]


def recontact_listing(rows: Sequence[tuple[Recontact, SampledCase]]) -> Listing[tuple[Recontact, SampledCase]]:
    """In the order of the ways; `rows` are already in it."""
    place = {case.id: number for number, (_, case) in enumerate(rows)}
    return Listing(
        columns=(
            Column("way", lazy_gettext("住址"), lambda row: place[row[1].id]),
            Column("by", lazy_gettext("访问员代码"), lambda row: row[0].interviewer),
            Column("asked", lazy_gettext("回访"), lambda row: row[0].recorded_at),
        ),
        identity=lambda row: row[1].id,
        text=lambda row: f"{row[1].address} {row[1].id} {row[0].interviewer}",
        sort="way",
        filters=(
            Filter(
                "state",
                lazy_gettext("状态"),
                {"waiting": lazy_gettext("还没有问到"), "asked": lazy_gettext("已问")},
                lambda row: "waiting" if row[0].answers is None else "asked",
            ),
            Filter(
                "interviewer",
                lazy_gettext("访问员代码"),
                {code: code for code in sorted({one.interviewer for one, _ in rows})},
                lambda row: row[0].interviewer,
            ),
        ),
    )


def call_listing(waves: Sequence[MyWave]) -> Listing[Call]:
    """The households that one worker has still to call, in the order of the ways; the wave, where there are several."""
    wave = Column[Call]("wave", lazy_gettext("调查轮次"), lambda row: in_page_language(row[0].name))
    place = {(mine.wave.id, one.case.id): number for mine in waves for number, one in enumerate(mine.cases)}
    return Listing(
        columns=(
            Column("way", lazy_gettext("住址"), lambda row: place[row[0].id, row[1].case.id]),
            Column("visits", lazy_gettext("次数"), lambda row: len(row[1].visits), number=True),
            Column("outcome", lazy_gettext("走访结果"), lambda row: in_page_language(row[1].case.disposition.words)),
            Column("due", lazy_gettext("约定"), _first_appointment),
            *([wave] if len(waves) > 1 else []),
        ),
        identity=lambda row: f"{row[0].id} {row[1].case.id}",
        text=lambda row: f"{row[1].case.address} {row[1].case.id}",
        sort="way",
        filters=(
            Filter(
                "wave",
                lazy_gettext("调查轮次"),
                {mine.wave.id: in_page_language(mine.wave.name) for mine in waves},
                lambda row: row[0].id,
            ),
        ),
    )


def _first_appointment(row: Call) -> str | None:
    """The next time that was agreed; a visit that was asked for without a time comes after those."""
    promised = row[1].appointments
    times = [one.due_at.isoformat() for one in promised if one.due_at]
    return min(times) if times else ("~" if promised else None)


def _waiting_first(one: KeptVisit) -> str:
    return f"{int(one.decision is not None)} {one.received_at.isoformat()}"


KEPT: Listing[KeptVisit] = Listing(
    columns=(
        Column("kept", lazy_gettext("待核对的在前"), _waiting_first),
        Column("at", lazy_gettext("走访时间"), lambda one: one.visit.at),
        Column("by", lazy_gettext("访问员代码"), lambda one: one.visit.interviewer),
        Column("reason", lazy_gettext("原因"), lambda one: list(KEPT_REASONS).index(one.reason)),
    ),
    identity=lambda one: f"{one.visit.id} {one.sha256}",
    text=lambda one: (
        f"{one.case.address if one.case else ''} {one.visit.case} {one.visit.interviewer} {one.visit.note}"
    ),
    sort="kept",
    filters=(
        Filter(
            "state",
            lazy_gettext("状态"),
            {"waiting": lazy_gettext("待核对"), "decided": lazy_gettext("已经处理的")},
            lambda one: "waiting" if one.decision is None else "decided",
        ),
        Filter(
            "reason",
            lazy_gettext("原因"),
            {reason.value: words for reason, words in KEPT_REASONS.items()},
            lambda one: one.reason.value,
        ),
    ),
)
