"""Print paper forms for the drawn estates or communities of an area, each with a code of its own."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import BinaryIO

from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.case import Phase
from survey.invitation.code import make_code
from survey.invitation.invitation import SelectionDesign
from survey.programme.wave import WaveStatus
from survey.response.paper import PaperError, PaperForm
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import list_cases
from survey.storage.paper import add_forms, list_forms
from survey.storage.questionnaires import require_questionnaire
from survey.storage.waves import require_wave

MOST_FORMS = 2000


def make_paper_forms(
    storage: Storage, wave_id: str, area: str, per_psu: int, now: datetime, actor: str
) -> list[PaperForm]:
    """`per_psu` new forms for every PSU with cases in `area`. A form can be used at any dwelling of its PSU.

    Raises `PaperError`: no case there, too many forms, or dwellings of one PSU with different weights, because a form
    that names no dwelling could not tell which weight its answer has.
    """
    with storage.write() as session:
        wave = require_wave(session, wave_id)
        if wave.status is WaveStatus.CLOSED:
            raise PaperError(f"wave {wave_id}: expected a draft or an open wave, found a closed one")
        cases = list_cases(session, wave_id, areas=codes_within(load_area_tree(session), area))
        designs: dict[str, tuple[str, SelectionDesign]] = {}
        for case in cases:
            if case.phase is not Phase.RECONTACT:
                known = designs.setdefault(case.design.psu, (case.area, case.design))
                if abs(known[1].base_weight - case.design.base_weight) > 1e-9 * known[1].base_weight:
                    raise PaperError(f"psu {case.design.psu}: expected one weight for its dwellings, found several")
        if not 1 <= per_psu * len(designs) <= MOST_FORMS:
            found = per_psu * len(designs)
            raise PaperError(f"forms: expected 1 to {MOST_FORMS}, found {found} in {len(designs)} PSUs of {area}")
        taken = {form.code for form in list_forms(session, wave_id)}
        forms = []
        for psu in sorted(designs):
            place, design = designs[psu]
            for _ in range(per_psu):
                code = _new_code(taken)
                forms.append(PaperForm(wave_id, code, str(uuid.uuid4()), place, design, now, actor))
        add_forms(session, forms)
        record_event(session, new_event(now, actor, "print_paper", wave_id, f"{len(forms)} forms for {area}"))
    return forms


def write_paper(
    storage: Storage, forms: Sequence[PaperForm], file: BinaryIO, on_form: Callable[[], object] = lambda: None
) -> frozenset[str]:
    """Write the forms of one wave as PDF; returns the characters that the fonts lack. Raises `PaperError` for none."""
    from survey.exchange.print.paper_sheet import write_paper_forms

    if not forms:
        raise PaperError("forms: expected at least one, found none")
    with storage.read() as session:
        wave = require_wave(session, forms[0].wave)
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        tree = load_area_tree(session)
    named = [(form, tree.by_code[form.area].name.zh_hans) for form in forms]
    return write_paper_forms(file, wave, questionnaire, named, on_form)


def _new_code(taken: set[str]) -> str:
    code = make_code()
    while code in taken:
        code = make_code()
    taken.add(code)
    return code
