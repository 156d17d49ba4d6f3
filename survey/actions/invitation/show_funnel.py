"""Show a wave's funnels: each poster's numbers in all, and day by day."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from survey.invitation.funnel import Funnel, Step
from survey.invitation.invitation import Invitation, InvitationKind
from survey.programme.area import Area
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.funnel import steps_of
from survey.storage.invitations import list_invitations
from survey.storage.mark_counts import posters_and_times_for_review
from survey.storage.response_counts import posters_and_times
from survey.storage.waves import require_wave


@dataclass(frozen=True)
class PosterDay:
    poster: Invitation
    area: Area
    day: date
    funnel: Funnel


def funnels_of(session: Session, wave_id: str, sent: Mapping[str, int]) -> dict[str, Funnel]:
    """The funnel of each poster with any number, by code; `sent` are its live answers."""
    totals: dict[str, Counter[Step]] = {code: Counter() for code in sent}
    for code, _ in posters_and_times_for_review(session, wave_id):
        totals.setdefault(code, Counter())[Step.FLAGGED] += 1
    for (code, _, step), n in steps_of(session, wave_id).items():
        totals.setdefault(code, Counter())[step] += n
    return {code: _funnel(counts, sent.get(code, 0)) for code, counts in totals.items()}


def show_funnel_by_day(storage: Storage, wave_id: str) -> list[PosterDay]:
    """Every poster and day on which anything happened, by area, code and day. Raises `WaveError`."""
    with storage.read() as session:
        require_wave(session, wave_id)
        tree = load_area_tree(session)
        posters = list_invitations(session, wave_id, InvitationKind.POSTER)
        steps = steps_of(session, wave_id)
        sent = _by_day(posters_and_times(session, wave_id))
        for_review = _by_day(posters_and_times_for_review(session, wave_id))
    counts: dict[tuple[str, date], Counter[Step]] = {key: Counter() for key in sent}
    for (code, day, step), n in steps.items():
        counts.setdefault((code, day), Counter())[step] += n
    for key, n in for_review.items():
        counts[key][Step.FLAGGED] += n
    return [
        PosterDay(poster, tree.by_code[poster.area], day, _funnel(counts[code, day], sent[code, day]))
        for poster in posters
        for code, day in sorted(key for key in counts if key[0] == poster.code)
    ]


def _by_day(posters: Iterable[tuple[str, datetime]]) -> Counter[tuple[str, date]]:
    return Counter((code, at.astimezone(OFFICE_TIME).date()) for code, at in posters)


def _funnel(counts: Counter[Step], sent: int) -> Funnel:
    return Funnel(counts[Step.SCANNED], counts[Step.OPENED], counts[Step.STARTED], sent, counts[Step.FLAGGED])
