"""What an enrolled device asks and delivers, as JSON, with a token of its own and no cookie."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions import StorageUnavailableError
from survey.actions.fieldwork.contact_device import contact_device
from survey.actions.fieldwork.list_field_work import FieldWork, list_field_work, load_field_form
from survey.actions.fieldwork.list_my_cases import MyCase, MyWave
from survey.actions.fieldwork.receive_record import receive_record
from survey.fieldwork.device import DeviceError, StoppedDeviceError
from survey.fieldwork.device_token import Purpose, read_token
from survey.instrument.item import ItemType
from survey.instrument.questionnaire import Audience, Questionnaire
from survey.instrument.text import LANGUAGES
from survey.web import areas
from survey.web.i18n import current_time, use_language
from survey.web.question import Question, QuestionSection
from survey.web.services import services

_LARGEST = 4_000_000  # bytes of one record: a photograph inside two layers of base64
Arguments = ParamSpec("Arguments")


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/work", "work", work)
    blueprint.add_url_rule("/form/<wave_id>/<questionnaire>/<version>/<language>", "form", form)
    blueprint.add_url_rule("/contact", "contact", contact, methods=["POST"])
    blueprint.add_url_rule("/records/<record_id>", "deliver", deliver, methods=["POST"])


def for_devices(
    purpose: Purpose,
) -> Callable[[Callable[Arguments, ResponseReturnValue]], Callable[Arguments, ResponseReturnValue]]:
    """Look at the token first; errors are a status and one word, since a device reads no pages."""

    def guarded(view: Callable[Arguments, ResponseReturnValue]) -> Callable[Arguments, ResponseReturnValue]:
        @wraps(view)
        def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
            try:
                read_token(_key(), _token(), purpose)
                return view(*args, **kwargs)
            except StoppedDeviceError:
                return jsonify(error="stopped"), 403
            except DeviceError:
                return jsonify(error="token"), 403
            except StorageUnavailableError:
                return jsonify(error="unavailable"), 503, {"Retry-After": "20"}

        return answer

    return guarded


@for_devices(Purpose.WORK)
def work() -> Response:
    """The day's cases, waves and questionnaires of the device's worker."""
    found = list_field_work(services().storage, _key(), _token())
    return jsonify(
        server_time=current_time().isoformat(),
        interviewer=found.device.interviewer,
        label=found.device.label,
        waves=[_wave(found, one) for one in found.waves],
        cases=[_case(found, case) for one in found.waves for case in one.cases],
    )


@for_devices(Purpose.WORK)
def form(wave_id: str, questionnaire: str, version: str, language: str) -> str:
    """All items of a version, as a piece of a page, with the partials that residents' pages use."""
    if language not in LANGUAGES or not re.fullmatch("[0-9]{1,6}", version):
        abort(404)
    found = load_field_form(services().storage, _key(), _token(), wave_id, questionnaire, int(version))
    if found is None:
        abort(404)
    use_language(language)
    wave, asked, tree = found
    return render_template(
        "interviewer/form.html",
        wave=wave,
        sections=_sections(asked),
        areas=areas.by_street(tree),
        area_label=lambda code: areas.label(tree, code),
    )


@for_devices(Purpose.DELIVER)
def contact() -> Response:
    """The beginning of a delivery: both clocks and the counts of the device."""
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        abort(400)
    now = current_time()
    noted = contact_device(
        services().storage,
        _key(),
        _token(),
        device_clock=_moment(told.get("device_clock")),
        app_version=str(told.get("app_version", "")),
        issued=_count(told.get("issued")),
        unsent=_count(told.get("unsent")),
        now=now,
    )
    return jsonify(server_time=now.isoformat(), skew=noted.skew)


@for_devices(Purpose.DELIVER)
def deliver(record_id: str) -> Response:
    """One record; the reply is the proven receipt, after it is on disk."""
    if len(record_id) > 36 or (request.content_length or 0) > _LARGEST:
        abort(413)
    request.max_content_length = _LARGEST
    now = current_time()
    delivered = receive_record(services().storage, _key(), _token(), record_id, request.get_data(), now)
    return jsonify(
        id=delivered.id,
        sha256=delivered.sha256,
        outcome=delivered.outcome.value,
        receipt=delivered.receipt,
        proof=delivered.proof,
        server_time=now.isoformat(),
    )


def _key() -> str:
    return services().settings.secret_key


def _token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        abort(400)
    if moment.tzinfo is None:
        abort(400)
    return moment


def _count(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 10**9:
        abort(400)
    return value


def _wave(found: FieldWork, one: MyWave) -> dict[str, Any]:
    wave = one.wave
    return {
        "id": wave.id,
        "name": wave.name.to_mapping(),
        "questionnaire": wave.questionnaire,
        "version": wave.version,
        "organiser": wave.organiser.name.to_mapping(),
        "phone": wave.organiser.phone,
        "definition": found.definitions.get(wave.id),
        "recording": {"kinds": wave.recording.kinds, "position_metres": wave.recording.position_metres},
    }


def _case(found: FieldWork, one: MyCase) -> dict[str, Any]:
    case = one.case
    area = found.areas.by_code[case.area]
    return {
        "id": case.id,
        "wave": case.wave,
        "area": case.area,
        "area_name": area.name.to_mapping(),
        "address": case.address,
        "route": case.route_order,
        "phase": case.phase.value,
        "disposition": case.disposition.value,
        "eligible": case.eligible_persons,
        "place": found.place(_key(), one),
        "visits": [
            {"id": visit.id, "at": visit.at.isoformat(), "disposition": visit.disposition.value, "note": visit.note}
            for visit in one.visits
        ],
        "appointments": [
            {"due": appointment.due_at.isoformat() if appointment.due_at else None, "reason": appointment.reason}
            for appointment in one.appointments
        ],
    }


def _sections(questionnaire: Questionnaire) -> list[tuple[Audience, QuestionSection]]:
    """Every item, numbered through; which of them is asked decides the device."""
    numbers = iter(range(1, len(questionnaire.items) + 1))
    return [
        (
            section.audience,
            QuestionSection(
                section.name,
                section.label,
                tuple(Question(item, None if item.type is ItemType.NOTE else next(numbers)) for item in section.items),
            ),
        )
        for section in questionnaire.sections
    ]
