"""Show a wave in preparation: what is filled in, every gap, what there is to choose from, what opening would fix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.actions.instrument.checked_folder import checked_folder
from survey.actions.programme.check_plan import PlanCheck, check_plan
from survey.actions.programme.open_wave import preparation
from survey.exchange.programme.wave_text import read_tree
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.invitation import InvitationKind
from survey.programme.area import AreaTree
from survey.programme.margin import Margin
from survey.programme.quota import Quota
from survey.programme.target import TargetProfile
from survey.programme.wave import OFFICE_TIME, Wave
from survey.programme.wave_indicator import WaveIndicator
from survey.programme.wave_version import WavePlan
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import CaseRow
from survey.storage.invitations import InvitationRow
from survey.storage.questionnaires import list_versions, require_questionnaire
from survey.storage.wave_plans import list_plans as plans_of
from survey.storage.wave_plans import load_plan
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class ShownPlan:
    """A plan with everything that its pages show.

    `gaps`: what keeps it from opening besides the faults of `check`. `wave`, `indicators`, `margins`, `quotas`: what
    would be opened, as far as it is known; the wave only when the plan is whole. `posters`, `letters`, `cases`: counts.
    """

    plan: WavePlan
    tree: Mapping[str, Any]
    check: PlanCheck
    gaps: tuple[str, ...]
    areas: AreaTree
    questionnaire: Questionnaire | None
    indicators: tuple[WaveIndicator, ...]
    margins: tuple[Margin, ...]
    quotas: tuple[Quota, ...]
    wave: Wave | None
    stored: bool
    posters: int
    letters: int
    cases: int

    @property
    def can_open(self) -> bool:
        return self.check.whole and not self.gaps


def show_plan(storage: Storage, questionnaires: Path, wave_id: str, now: datetime) -> ShownPlan | None:
    """The plan as it is at `now`; None when the wave is not in preparation."""
    with storage.read() as session:
        plan = load_plan(session, wave_id)
        if plan is None:
            return None
        tree = read_tree(plan.content, wave_id)
        check = check_plan(session, questionnaires, wave_id, tree)
        checked = check.checked
        wave = checked.file.wave() if checked is not None and check.whole else None
        return ShownPlan(
            plan,
            tree,
            check,
            gaps=_gaps(session, check, wave, now),
            areas=load_area_tree(session),
            questionnaire=checked.questionnaire if checked else None,
            indicators=tuple(checked.indicators) if checked else (),
            margins=tuple(checked.margins) if checked else (),
            quotas=tuple(checked.quotas) if checked else (),
            wave=wave,
            stored=load_wave(session, wave_id) is not None,
            posters=_count(session, wave_id, InvitationKind.POSTER),
            letters=_count(session, wave_id, InvitationKind.LETTER),
            cases=session.scalar(select(func.count()).where(CaseRow.wave == wave_id)) or 0,
        )


def list_plans(storage: Storage) -> list[tuple[WavePlan, Mapping[str, Any]]]:
    """Every wave in preparation with its keys, the one saved last first."""
    with storage.read() as session:
        return [(plan, read_tree(plan.content, plan.wave)) for plan in plans_of(session)]


def offered_questionnaires(storage: Storage, population: str) -> list[Questionnaire]:
    """The published versions for a population (words of `Population`; "" for all), the newest of each name first."""
    with storage.read() as session:
        versions = sorted(list_versions(session), key=lambda row: (row[0], -row[1]))
        every = [require_questionnaire(session, name, version) for name, version, _ in versions]
    return [one for one in every if population in ("", one.population.value)]


def offered_profiles(questionnaires: Path) -> list[TargetProfile]:
    """The target profiles of the folder that have no faults."""
    return list(checked_folder(questionnaires).profiles.values())


def _gaps(session: Session, check: PlanCheck, wave: Wave | None, now: datetime) -> tuple[str, ...]:
    checked = check.checked
    if wave is None or checked is None or checked.questionnaire is None:
        return ()
    prepared = preparation(session, wave, checked.questionnaire, checked.indicators, checked.areas, checked.margins)
    return tuple(prepared.gaps(now.astimezone(OFFICE_TIME).date()))


def _count(session: Session, wave_id: str, kind: InvitationKind) -> int:
    query = select(func.count()).where(InvitationRow.wave == wave_id, InvitationRow.kind == kind.value)
    return session.scalar(query) or 0
