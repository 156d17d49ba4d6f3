"""What ODK Collect downloads: the forms of the waves in which an interviewer has cases, and the list of these cases."""

import csv
import hashlib
import io
import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.actions.fieldwork.list_my_cases import MyWave, list_my_cases
from survey.actions.programme.list_waves_in_area import codes_within
from survey.exchange.export.csv_file import safe_text
from survey.exchange.openrosa.collect_form import CASE_COLUMNS, ReservedNameError, collect_sheets
from survey.exchange.xlsform.xform import XFormError, to_xform
from survey.fieldwork.case import SampledCase
from survey.fieldwork.collect_device import CollectDevice
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.collect import CollectFormRow, load_form, save_form
from survey.storage.questionnaires import require_questionnaire

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CollectForm:
    """A wave's form and the cases file that goes with it on one device. The MD5s are over these very bytes."""

    wave: Wave
    xform: bytes
    md5: str
    cases: bytes

    @property
    def cases_md5(self) -> str:
        return _md5(self.cases)


def list_collect_forms(storage: Storage, device: CollectDevice, now: datetime) -> list[CollectForm]:
    """A form for every open wave in which the device's interviewer has cases in the device's area.

    A wave whose form cannot be made is left out and logged: it must not take the others from the device.
    """
    forms = []
    for found in _waves(storage, device):
        try:
            forms.append(_form(storage, found, now))
        except (XFormError, ReservedNameError):
            _log.exception("wave %s: no form for ODK Collect", found.wave.id)
    return forms


def find_collect_form(storage: Storage, device: CollectDevice, wave_id: str, now: datetime) -> CollectForm | None:
    """The form of one wave, if the device gets it."""
    found = next((one for one in _waves(storage, device) if one.wave.id == wave_id), None)
    return None if found is None else _form(storage, found, now)


def cases_csv(cases: list[SampledCase]) -> bytes:
    """The dwellings that still need a visit, in the order of the way: name, label (the address) and area."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CASE_COLUMNS)
    writer.writerows((case.id, safe_text(case.address), case.area) for case in cases if case.needs_visit)
    return text.getvalue().encode()


@dataclass(frozen=True)
class _Work:
    wave: Wave
    cases: list[SampledCase]


def _waves(storage: Storage, device: CollectDevice) -> list[_Work]:
    with storage.read() as session:
        inside = codes_within(load_area_tree(session), device.area)
    works = [_Work(mine.wave, _cases(mine, inside)) for mine in list_my_cases(storage, device.interviewer)]
    return [work for work in works if work.cases]


def _cases(mine: MyWave, inside: frozenset[str]) -> list[SampledCase]:
    return [one.case for one in mine.cases if one.case.area in inside]


def _form(storage: Storage, work: _Work, now: datetime) -> CollectForm:
    kept = _kept_form(storage, work.wave, now)
    return CollectForm(work.wave, kept.xform.encode(), kept.md5, cases_csv(work.cases))


def _kept_form(storage: Storage, wave: Wave, now: datetime) -> CollectFormRow:
    """The wave's form, made on the first request and the same bytes ever after."""
    with storage.read() as session:
        kept = load_form(session, wave.id)
        if kept is not None:
            return kept
        made = _make(session, wave, now)
    try:
        with storage.write() as session:
            save_form(session, made)
            return made
    except IntegrityError:
        # Another process was first; what it wrote is what counts.
        with storage.read() as session:
            first = load_form(session, wave.id)
        if first is None:
            raise
        return first


def _make(session: Session, wave: Wave, now: datetime) -> CollectFormRow:
    questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
    xform = to_xform(collect_sheets(wave, questionnaire))
    return CollectFormRow(wave=wave.id, md5=_md5(xform), xform=xform.decode(), made_at=now)


def _md5(content: bytes) -> str:
    # The protocol asks for MD5; it finds changed files and protects nothing.
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
