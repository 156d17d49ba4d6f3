"""Type in a paper form: twice, by two people; where they agree the answer is stored, where not a third look decides.

Whatever happens to the passes, the answer goes through the same door as every other, under the id that the form got
when it was printed: it counts once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.response.receive_response import receive_response
from survey.actions.response.save_draft import mask_texts
from survey.fieldwork.case import design_of_person
from survey.instrument.answers import ReadAnswers, read_answers
from survey.instrument.questionnaire import Questionnaire
from survey.invitation.code import normalise
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.wave import Wave
from survey.response.paper import PaperEntry, PaperError, PaperForm, disagreements
from survey.response.receipt import Received
from survey.response.response import Mode, Purpose, Source, Submission
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.paper import add_entry, list_entries, list_forms, load_form
from survey.storage.questionnaires import require_questionnaire
from survey.storage.waves import require_wave


@dataclass(frozen=True)
class PaperState:
    """One form: what was typed in so far, and the items on which the two passes differ.

    `next_pass` is 1, 2 or 3, None when the answer is stored.
    """

    wave: Wave
    questionnaire: Questionnaire
    area: Area
    form: PaperForm
    entries: tuple[PaperEntry, ...]

    @property
    def differing(self) -> tuple[str, ...]:
        return disagreements(*self.entries[:2]) if len(self.entries) >= 2 else ()

    @property
    def next_pass(self) -> int | None:
        if len(self.entries) < 2:
            return len(self.entries) + 1
        return 3 if self.differing and len(self.entries) == 2 else None


@dataclass(frozen=True)
class EnteredPaper:
    """`read` has the faults of what was typed; `received` is set once the answer is stored."""

    state: PaperState
    read: ReadAnswers
    received: Received | None = None


@dataclass(frozen=True)
class PaperOverview:
    wave: Wave
    forms: tuple[PaperState, ...]
    places: tuple[Area, ...]


def show_paper(storage: Storage, wave_id: str, area: str) -> PaperOverview:
    """The forms of `area`, the youngest batch first. Raises `WaveError` for an unknown wave."""
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        tree = load_area_tree(session)
        inside = codes_within(tree, area)
        forms = [form for form in list_forms(session, wave_id) if form.area in inside]
        entries: dict[str, list[PaperEntry]] = {}
        for entry in list_entries(session, wave_id):
            entries.setdefault(entry.code, []).append(entry)
    states = [
        PaperState(wave, questionnaire, tree.by_code[form.area], form, tuple(entries.get(form.code, ())))
        for form in forms
    ]
    states.sort(key=lambda state: (state.next_pass is None, -state.form.printed_at.timestamp(), state.form.code))
    return PaperOverview(wave, tuple(states), tuple(one for one in tree.areas if one.code in inside))


def find_paper(storage: Storage, wave_id: str, typed: str, area: str) -> PaperState:
    """The form with this code, as typed or read from the sheet. Raises `PaperError`, `WaveError`."""
    with storage.read() as session:
        return _load(session, wave_id, code_of_sheet(typed), area)[0]


def code_of_sheet(typed: str) -> str:
    """The code in what a scanner reads from a sheet, or in what somebody typed.

    >>> code_of_sheet("MINYI-PAPER/34679ACDE/2"), code_of_sheet("346 79a cde")
    ('34679ACDE', '34679ACDE')
    """
    parts = typed.strip().split("/")
    return normalise(parts[1] if len(parts) == 3 else typed)


def enter_paper(
    storage: Storage,
    key: str,
    wave_id: str,
    code: str,
    area: str,
    *,
    number: int,
    raw: Mapping[str, list[str]],
    eligible_persons: int,
    now: datetime,
    actor: str,
) -> EnteredPaper:
    """Keep pass `number` of the form; store the answer when two passes agree or a third one decided.

    Raises `PaperError`: no such form, not the pass that is due, the second pass by the same person, nobody eligible.
    Nothing is kept of a form with faults, nor of one that an under-age stop ends. The third pass may leave out what
    both agree on.
    """
    try:
        with storage.write() as session:
            state, tree = _load(session, wave_id, code, area)
            # Sent again after a lost reply: the pass is there and by the same person.
            known = next((one for one in state.entries if one.number == number and one.by == actor), None)
            if known is None:
                _require_due(state, number, actor)
                values = mask_texts(state.questionnaire, _with_agreed(state, raw) if number == 3 else dict(raw))
                read = read_answers(state.questionnaire, values, areas=_communities(tree))
                if read.faults or read.stopped_at:
                    return EnteredPaper(state, read)
                add_entry(session, PaperEntry(wave_id, code, number, read.answers, eligible_persons, actor, now))
                state = _load(session, wave_id, code, area)[0]
            else:
                read = ReadAnswers(known.answers)
    except IntegrityError as error:
        raise PaperError(f"form {code}: pass {number}: expected to be due, found it made by somebody else") from error
    if state.next_pass is not None:
        return EnteredPaper(state, read)
    return EnteredPaper(state, read, receive_response(storage, key, _submission(state), now))


def _load(session: Session, wave_id: str, code: str, area: str) -> tuple[PaperState, AreaTree]:
    wave = require_wave(session, wave_id)
    form = load_form(session, wave_id, code)
    tree = load_area_tree(session)
    if form is None or form.area not in codes_within(tree, area):
        raise PaperError(f"form {code[:20]!r}: expected the code of a printed form of this wave, found none")
    questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
    entries = tuple(list_entries(session, wave_id, code))
    return PaperState(wave, questionnaire, tree.by_code[form.area], form, entries), tree


def _require_due(state: PaperState, number: int, actor: str) -> None:
    if state.next_pass != number:
        raise PaperError(f"form {state.form.code}: expected pass {state.next_pass}, found pass {number}")
    if number == 2 and state.entries[0].by == actor:
        raise PaperError(f"form {state.form.code}: pass 2: expected another person than {actor}")


def _with_agreed(state: PaperState, raw: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What both passes have alike, and for the rest what the third look says."""
    agreed: dict[str, list[str]] = {}
    for name, value in state.entries[0].answers.items():
        if name not in state.differing and value is not None:
            agreed[name] = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return agreed | {name: values for name, values in raw.items() if name in state.differing}


def _submission(state: PaperState) -> Submission:
    """The answer of the last pass that counts: the third, or the second, which agrees with the first."""
    form, last = state.form, state.entries[-1]
    return Submission(
        wave=form.wave,
        response_id=form.response_id,
        questionnaire=state.questionnaire.name,
        version=state.questionnaire.version,
        answers=last.answers,
        source=Source.PROB,
        mode=Mode.PAPER,
        purpose=Purpose.LIVE,
        language="zh-Hans",
        area=form.area,
        started_at=state.entries[0].at,
        design=design_of_person(form.design, last.eligible_persons),
    )


def _communities(tree: AreaTree) -> frozenset[str]:
    return frozenset(area.code for area in tree.at(AreaLevel.COMMUNITY))
