"""The sample of a wave: look through a frame, upload it, draw from it, or take a sample that was drawn elsewhere."""

import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.fieldwork.assign_cases import list_interviewers
from survey.actions.fieldwork.draw_sample import draw_sample, upload_drawn_sample
from survey.actions.fieldwork.upload_frame import FrameStratum, FrameView, preview_frame, show_frame, upload_frame
from survey.exchange.fault import Fault, FaultsFoundError
from survey.exchange.programme.frame_file import HEADINGS, OPTIONAL, PROBABILITIES, REQUIRED
from survey.fieldwork.case import FieldworkError
from survey.fieldwork.frame import DrawMethod, DrawPlan
from survey.programme.wave import WaveError
from survey.web.fault_words import faults_in_words
from survey.web.fieldwork.case_words import draw_refusal_in_words
from survey.web.i18n import current_time, gettext
from survey.web.security import signed_in_account
from survey.web.services import services

Result = TypeVar("Result")
_FAULTS_SHOWN = 200


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/sample", "sample", sample)
    blueprint.add_url_rule("/<wave_id>/sample/frame", "take_frame", take_frame, methods=["POST"])
    blueprint.add_url_rule("/<wave_id>/sample/draw", "draw", draw, methods=["POST"])


def sample(wave_id: str) -> str:
    return _page(_found(wave_id))


def take_frame(wave_id: str) -> ResponseReturnValue:
    """Look through the file, store it as the frame, or take it as the sample: what the pressed button says."""
    view, account, now = _found(wave_id), signed_in_account(), current_time()
    storage, intent = services().storage, request.form.get("intent", "preview")
    try:
        if intent == "drawn":
            draw = _with_upload(lambda path, _name: upload_drawn_sample(storage, wave_id, path, now, account.email))
            flash(gettext("已收下样本 %(n)s 户。", n=draw.cases), "success")
        elif intent == "store":
            stored = _with_upload(
                lambda path, name: upload_frame(storage, wave_id, path, name, now, account.email)
            ).frame
            flash(gettext("已存好抽样框，共 %(n)s 户。", n=stored.dwellings if stored else 0), "success")
        else:
            return _page(view, preview=_with_upload(lambda path, _name: preview_frame(storage, wave_id, path)))
    except FaultsFoundError as error:
        return _page(view, _faults(error.faults)), 422
    except FieldworkError:
        return _page(view, [gettext("本轮已经有样本，或者已经结束。一轮只有一个样本。")]), 422
    return redirect(url_for("fieldwork.sample", wave_id=wave_id), 303)


def draw(wave_id: str) -> ResponseReturnValue:
    view = _found(wave_id)
    try:
        drawn = draw_sample(services().storage, wave_id, _plan(view), current_time(), signed_in_account().email)
    except (FieldworkError, ValueError) as error:
        return _page(view, [gettext("不能这样抽样：%(reason)s", reason=draw_refusal_in_words(error))]), 422
    words = gettext("已抽取 %(n)s 户，另备替补 %(reserve)s 户。", n=drawn.cases, reserve=drawn.reserve)
    flash(words, "success")
    return redirect(url_for("fieldwork.sample", wave_id=wave_id), 303)


def _plan(view: FrameView) -> DrawPlan:
    """Raises `ValueError` naming the field that is no whole number."""
    fields = [(one.stratum, f"psus_{place}") for place, one in enumerate(view.strata)]
    psus = {stratum: _whole(name) for stratum, name in fields if request.form.get(name)}
    method = DrawMethod.EQUAL if request.form.get("method") == "equal" else DrawMethod.PPS
    return DrawPlan(psus, _whole("per_psu"), _whole("seed"), method, _whole("reserve"))


def _whole(name: str) -> int:
    written = request.form.get(name, "").strip()
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise ValueError(f"{name}: expected a whole number, found {written[:20]!r}")
    return int(written)


def _with_upload(work: Callable[[Path, str], Result]) -> Result:
    """Give the uploaded file to `work` and forget it afterwards. Raises `FaultsFoundError` without a file."""
    upload = request.files.get("frame")
    if upload is None or not upload.filename:
        raise FaultsFoundError([Fault("frame", "file", "a name ending in .csv or .xlsx", "nothing")])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("frame" + Path(upload.filename).suffix.lower()[:5])
        upload.save(path)
        return work(path, Path(upload.filename).name)


def _faults(faults: tuple[Fault, ...]) -> list[str]:
    lines = faults_in_words(faults[:_FAULTS_SHOWN])
    if len(faults) > _FAULTS_SHOWN:
        lines.append(gettext("还有 %(n)s 处没有列出。", n=len(faults) - _FAULTS_SHOWN))
    return lines


def _found(wave_id: str) -> FrameView:
    try:
        return show_frame(services().storage, wave_id)
    except WaveError:
        abort(404)


def _page(view: FrameView, problems: list[str] | None = None, preview: tuple[FrameStratum, ...] = ()) -> str:
    columns: Mapping[str, tuple[str, ...]] = {"required": REQUIRED, "optional": OPTIONAL, "drawn": PROBABILITIES}
    return render_template(
        "fieldwork/sample.html",
        wave=view.wave,
        view=view,
        preview=preview,
        problems=problems or [],
        typed=request.form,
        seed=request.form.get("seed") or secrets.randbelow(900_000_000) + 100_000_000,
        columns=columns,
        headings=HEADINGS,
        interviewers=list_interviewers(services().storage, signed_in_account().area),
    )
