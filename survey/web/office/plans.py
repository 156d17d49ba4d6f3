"""Pages of a wave in preparation: begun, filled in step by step, looked through with every gap, opened."""

from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from survey.actions.programme.change_wave import read_file_of_wave
from survey.actions.programme.list_waves import list_waves
from survey.actions.programme.open_wave import open_wave
from survey.actions.programme.plan_wave import (
    discard_plan,
    plan_again,
    save_plan,
    start_plan,
    start_plan_of_file,
)
from survey.actions.programme.show_plan import (
    ShownPlan,
    offered_profiles,
    offered_questionnaires,
    show_plan,
)
from survey.exchange.fault import FaultsFoundError
from survey.programme.area import AreaLevel
from survey.programme.target import Operator
from survey.programme.wave import WaveError, WaveNotReadyError
from survey.programme.wave_version import PlanChangedError
from survey.web.i18n import current_time, gettext
from survey.web.office.lists import POPULATIONS
from survey.web.office.plan_checklist import advice_of, rows_of
from survey.web.office.plan_reading import read_step
from survey.web.office.plan_steps import Form, labels, shown_values
from survey.web.office.plan_words import (
    OPTIONAL,
    TITLES,
    WAYS,
    Step,
    faults_as_gaps,
)
from survey.web.office.programme import may_change
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.voice_words import LAYERS

STEPS = "any(" + ", ".join(Step) + ")"
LARGEST_FILE = 4 * 1024 * 1024  # bytes of a wave file: margins of a large city are half of it


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/new", "new", new, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/", "checklist", checklist)
    blueprint.add_url_rule(f"/<wave_id>/<{STEPS}:step>", "step", step_page, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/open", "open", open_page, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/discard", "discard", discard, methods=["GET", "POST"])
    blueprint.add_url_rule("/<wave_id>/wave.yaml", "file", file)


def new() -> ResponseReturnValue:
    """A new wave: empty, like a former one, or from a file."""
    only_for_the_whole()
    own = services()
    if request.method == "GET":
        return _new_page()
    now, actor = current_time(), signed_in_account().email
    try:
        upload = request.files.get("file")
        if upload is not None and upload.filename:
            text, name = _text_of(upload), Path(upload.filename).name[-80:]
            plan = start_plan_of_file(own.storage, own.settings.questionnaires, text, name, now, actor)
        else:
            name_given = labels(request.form.get("name", "").strip(), request.form.get("name_en", "").strip())
            if not name_given.get("zh-Hans") or len(name_given["zh-Hans"]) > 120:
                return _new_page([gettext("请给这一轮调查起个名称（最多 120 个字）。")]), 422
            plan = start_plan(own.storage, name_given, now, actor, request.form.get("like", ""))
    except FaultsFoundError as error:
        return _new_page([gap.words for gap in faults_as_gaps(error.faults)]), 422
    except WaveError:
        abort(400)
    return redirect(url_for("plans.checklist", wave_id=plan.wave), 303)


def checklist(wave_id: str) -> ResponseReturnValue:
    """Every step with its gaps; the way to the opening."""
    only_for_the_whole()
    shown = found_plan(wave_id)
    return render_template("office/plan/checklist.html", **frame(shown), rows=rows_of(shown), advice=advice_of(shown))


def step_page(wave_id: str, step: str) -> ResponseReturnValue:
    """One page of the preparation; what is sent is stored, also with gaps."""
    only_for_the_whole()
    here, shown = Step(step), found_plan(wave_id)
    if request.method == "GET":
        return _step(here, shown)
    try:
        changes = read_step(here, shown)
        save_plan(
            services().storage,
            services().settings.questionnaires,
            wave_id,
            request.form.get("edition", type=int, default=0),
            changes,
            current_time(),
            signed_in_account().email,
        )
    except FaultsFoundError as error:
        problems = [gap.words for gap in faults_as_gaps(error.faults)]
        return _step(here, shown, problems, request.form), 422
    except PlanChangedError:
        words = gettext("另一个人刚刚保存过。下面是您填的内容；再按一次保存，就以您的为准。")
        return _step(here, found_plan(wave_id), [words], request.form), 409
    if request.form.get("go") == "here":
        return redirect(url_for("plans.step", wave_id=wave_id, step=here), 303)
    flash(gettext("已保存。"), "success")
    following = _following(here)
    if request.form.get("go") == "next" and following is not None:
        return redirect(url_for("plans.step", wave_id=wave_id, step=following), 303)
    return redirect(url_for("plans.checklist", wave_id=wave_id), 303)


def open_page(wave_id: str) -> ResponseReturnValue:
    """What opening fixes, for a last look; then open."""
    only_for_the_whole()
    shown = found_plan(wave_id)
    if not shown.can_open:
        return redirect(url_for("plans.checklist", wave_id=wave_id), 303)
    if request.method == "GET" or not request.form.get("sure"):
        problems = [gettext("请先勾选“我核对过了”。")] if request.method == "POST" else []
        page = render_template("office/plan/open.html", **frame(shown), problems=problems)
        return page, 422 if problems else 200
    own = services()
    try:
        open_wave(own.storage, wave_id, current_time(), signed_in_account().email, own.settings.questionnaires)
    except WaveNotReadyError:
        return redirect(url_for("plans.checklist", wave_id=wave_id), 303)
    flash(gettext("本轮调查已经开始。指标、口径、目标和问卷从现在起不能再改。"), "success")
    return redirect(url_for("office.wave", wave_id=wave_id), 303)


def discard(wave_id: str) -> ResponseReturnValue:
    """Ask first; then take the plan away."""
    only_for_the_whole()
    shown = found_plan(wave_id)
    problems: list[str] = []
    if request.method == "POST":
        try:
            discard_plan(services().storage, wave_id, current_time(), signed_in_account().email)
        except WaveError:
            problems = [gettext("这一轮已经发放了编码或抽了样本，不能删除。")]
        else:
            flash(gettext("已删除这一轮的准备。操作记录里留有它的内容。"), "success")
            return redirect(url_for("office.waves"), 303)
    page = render_template("office/plan/discard.html", **frame(shown), problems=problems)
    return page, 422 if problems else 200


def file(wave_id: str) -> Response:
    """The wave file, to keep, to change, to upload again."""
    text = read_file_of_wave(services().storage, wave_id)
    if text is None:
        abort(404)
    name = {"Content-Disposition": f'attachment; filename="{wave_id}.yaml"'}
    return Response(text, mimetype="application/yaml", headers=name)


def only_for_the_whole() -> None:
    """A wave is for the whole district: an account of a part of it changes none."""
    if not may_change():
        abort(403)


def found_plan(wave_id: str) -> ShownPlan:
    own, now = services(), current_time()
    shown = show_plan(own.storage, own.settings.questionnaires, wave_id, now)
    if shown is None:
        try:
            plan_again(own.storage, wave_id, now, signed_in_account().email)
        except WaveError:
            abort(404)
        shown = show_plan(own.storage, own.settings.questionnaires, wave_id, now)
    if shown is None:
        abort(404)
    return shown


def _text_of(upload: FileStorage) -> str:
    content = upload.stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        abort(413)
    return content.decode("utf-8-sig", "replace")


def _new_page(problems: list[str] | None = None) -> str:
    former = list_waves(services().storage)
    return render_template("office/plan/new.html", former=former, problems=problems or [], typed=request.form)


def _step(here: Step, shown: ShownPlan, problems: list[str] | None = None, typed: Form | None = None) -> str:
    own = services()
    offered = offered_questionnaires(own.storage, shown.tree.get("population", ""))
    return render_template(
        "office/plan/step.html",
        **frame(shown),
        step=here,
        number=list(Step).index(here) + 1,
        previous=_previous(here),
        problems=problems or [],
        values=typed if typed is not None else shown_values(shown.tree),
        populations={population.value: words for population, words in POPULATIONS.items()},
        streets=[area for area in shown.areas.areas if area.level is AreaLevel.STREET and area.ended_on is None],
        offered=offered if here is Step.QUESTIONNAIRE else [],
        profiles=offered_profiles(own.settings.questionnaires) if here is Step.INDICATORS else [],
        operators=list(Operator),
        ways=WAYS,
        layers=LAYERS,
    )


def frame(shown: ShownPlan) -> dict[str, object]:
    """What every page of a plan shows."""
    return {
        "shown": shown,
        "wave_id": shown.plan.wave,
        "name": shown.tree.get("name", {}),
        "titles": TITLES,
        "steps": list(Step),
        "optional": OPTIONAL,
        "population_names": POPULATIONS,
        "way_names": WAYS,
        "layer_names": LAYERS,
    }


def _following(here: Step) -> Step | None:
    steps = list(Step)
    place = steps.index(here) + 1
    return steps[place] if place < len(steps) else None


def _previous(here: Step) -> Step | None:
    place = list(Step).index(here)
    return list(Step)[place - 1] if place else None
