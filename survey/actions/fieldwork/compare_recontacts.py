"""Compare what households said about the visit with what was noted down, by interviewer; no verdict on anybody."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import SampledCase
from survey.fieldwork.recontact import QUESTIONNAIRE, VERSION, Recontact
from survey.instrument.load import from_definition
from survey.instrument.questionnaire import Questionnaire
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.fieldwork import list_cases
from survey.storage.questionnaires import load_definition
from survey.storage.recontacts import list_recontacts
from survey.storage.waves import require_wave

_YES, _NO, _BY_INTERVIEWER = "1", "2", "3"


@dataclass(frozen=True)
class RecontactCounts:
    """`n` households were reached; the others count what they said. `drawn` were asked for."""

    drawn: int
    n: int
    not_visited: int
    not_asked: int
    told_what_to_choose: int


@dataclass(frozen=True)
class RecontactView:
    """`questionnaire` is None until it is published. `rows` in the order of area and route."""

    wave: Wave
    questionnaire: Questionnaire | None
    rows: tuple[tuple[Recontact, SampledCase], ...]
    whole: RecontactCounts
    by_interviewer: tuple[tuple[str, RecontactCounts], ...]
    interviewed: int


def compare_recontacts(storage: Storage, wave_id: str, area: str) -> RecontactView:
    """The households of `area` drawn for a second contact. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        definition = load_definition(session, QUESTIONNAIRE, VERSION)
        cases = list_cases(session, wave_id, areas=codes_within(load_area_tree(session), area))
        found = {one.case: one for one in list_recontacts(session, wave_id)}
    rows = tuple((found[case.id], case) for case in cases if case.id in found)
    by: dict[str, list[Recontact]] = defaultdict(list)
    for one, _ in rows:
        by[one.interviewer].append(one)
    return RecontactView(
        wave,
        from_definition(json.loads(definition)) if definition else None,
        rows,
        whole=count_recontacts([one for one, _ in rows]),
        by_interviewer=tuple((code, count_recontacts(by[code])) for code in sorted(by)),
        interviewed=sum(case.disposition.interviewed for case in cases),
    )


def count_recontacts(recontacts: Sequence[Recontact]) -> RecontactCounts:
    told = [one.answers for one in recontacts if one.answers is not None]
    return RecontactCounts(
        drawn=len(recontacts),
        n=len(told),
        not_visited=sum(answers.get("r1") == _NO for answers in told),
        not_asked=sum(answers.get("r2") == _BY_INTERVIEWER for answers in told),
        told_what_to_choose=sum(answers.get("r3") == _YES for answers in told),
    )
