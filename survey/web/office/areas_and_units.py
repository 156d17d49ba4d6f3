"""Pages of one area and of one responsible unit: added, changed, ended (never deleted), with what was done before."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.programme.change_area import add_area, change_area, end_area, reopen_area, show_area
from survey.actions.programme.change_unit import (
    end_unit,
    offered_indicators,
    reopen_unit,
    save_unit,
    show_unit_record,
)
from survey.instrument.text import Text
from survey.instrument.traditional import to_traditional
from survey.programme.area import AreaError
from survey.programme.unit import Unit, UnitError, UnitRole
from survey.web.i18n import current_time, gettext
from survey.web.office.lists import LEVELS
from survey.web.office.programme import may_change
from survey.web.security import signed_in_account
from survey.web.services import services

STEPS = {
    "add_area": lazy_gettext("登记"),
    "change_area": lazy_gettext("更改"),
    "end_area": lazy_gettext("停用"),
    "reopen_area": lazy_gettext("恢复"),
    "add_unit": lazy_gettext("登记"),
    "change_unit": lazy_gettext("更改"),
    "end_unit": lazy_gettext("停用"),
    "reopen_unit": lazy_gettext("恢复"),
}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/areas/new", "new_area", new_area, methods=["GET", "POST"])
    blueprint.add_url_rule("/areas/<code>", "area", area, methods=["GET", "POST"])
    blueprint.add_url_rule("/units/new", "new_unit", new_unit, methods=["GET", "POST"])
    blueprint.add_url_rule("/units/<code>", "unit", unit, methods=["GET", "POST"])


def new_area() -> ResponseReturnValue:
    """One area by hand; its code says where it lies."""
    _only_for_the_whole()
    problems: list[str] = []
    if request.method == "POST":
        code, group = request.form.get("code", ""), request.form.get("group", "")
        try:
            added = add_area(services().storage, code, _name(), group, current_time(), signed_in_account().email)
        except AreaError as error:
            problems = [_area_problem(error)]
        else:
            flash(gettext("已登记“%(name)s”。", name=added.name.zh_hans), "success")
            return redirect(url_for("programme.area", code=added.code), 303)
    page = render_template("office/area.html", found=None, problems=problems, typed=request.form, may_change=True)
    return page, 422 if problems else 200


def area(code: str) -> ResponseReturnValue:
    """An area: name and class, its end, and what was done to it."""
    found = show_area(services().storage, code)
    if found is None:
        abort(404)
    problems: list[str] = []
    if request.method == "POST":
        _only_for_the_whole()
        try:
            _change_area(code)
        except AreaError as error:
            problems = [_area_problem(error)]
        else:
            flash(gettext("已保存。"), "success")
            return redirect(url_for("programme.area", code=code), 303)
    page = render_template(
        "office/area.html",
        found=found,
        problems=problems,
        typed=request.form,
        levels=LEVELS,
        steps=STEPS,
        may_change=may_change(),
    )
    return page, 422 if problems else 200


def new_unit() -> ResponseReturnValue:
    """One responsible unit by hand."""
    _only_for_the_whole()
    return _unit_page(None)


def unit(code: str) -> ResponseReturnValue:
    """A unit: name, indicators, its end, and what was done to it."""
    if show_unit_record(services().storage, code) is None:
        abort(404)
    return _unit_page(code)


def _unit_page(code: str | None) -> ResponseReturnValue:
    problems: list[str] = []
    if request.method == "POST":
        _only_for_the_whole()
        try:
            saved = _change_unit(code)
        except UnitError as error:
            problems = [_unit_problem(error)]
        else:
            flash(gettext("已保存。"), "success")
            return redirect(url_for("programme.unit", code=saved.code), 303)
    page = render_template(
        "office/unit.html",
        found=show_unit_record(services().storage, code) if code else None,
        indicators=offered_indicators(services().settings.questionnaires),
        problems=problems,
        typed=request.form,
        steps=STEPS,
        lead=UnitRole.LEAD,
        may_change=may_change(),
    )
    return page, 422 if problems else 200


def _change_area(code: str) -> None:
    storage, now, actor = services().storage, current_time(), signed_in_account().email
    go = request.form.get("go")
    if go == "end":
        end_area(storage, code, now, actor)
    elif go == "reopen":
        reopen_area(storage, code, now, actor)
    else:
        change_area(storage, code, _name(), request.form.get("group", ""), now, actor)


def _change_unit(code: str | None) -> Unit:
    storage, now, actor = services().storage, current_time(), signed_in_account().email
    go = request.form.get("go")
    if code is not None and go == "end":
        return end_unit(storage, code, now, actor)
    if code is not None and go == "reopen":
        return reopen_unit(storage, code, now, actor)
    roles = [
        (name.removeprefix("role_"), UnitRole(value))
        for name, value in request.form.items()
        if name.startswith("role_") and value in set(UnitRole)
    ]
    known = {one.id for one in offered_indicators(services().settings.questionnaires)}
    kept = tuple(sorted((id_, role) for id_, role in roles if id_ in known))
    written = Unit(code or request.form.get("code", "").strip(), _name(), kept)
    return save_unit(storage, written, now, actor, new=code is None)


def _name() -> Text:
    """The name as typed; traditional Chinese follows from simplified where it is left out."""
    chinese, hant = request.form.get("name", "").strip(), request.form.get("name_zh_hant", "").strip()
    return Text(chinese, request.form.get("name_en", "").strip(), hant or to_traditional(chinese))


def _only_for_the_whole() -> None:
    if not may_change():
        abort(403)


def _area_problem(error: AreaError) -> str:
    """The rule that was broken, by the first word of the message."""
    words = {
        "code": gettext("代码要 6、9、12 或 15 位数字，而且没有登记过。"),
        "parent": gettext("上级地区还没有登记，或者已经停用。"),
        "name": gettext("请填名称（最多 80 个字）。"),
        "group": gettext("类别最多 40 个字。"),
        "inside": gettext("里面还有没停用的地区，请先停用它们。"),
    }
    return words.get(str(error).split(":", 1)[0], str(error))


def _unit_problem(error: UnitError) -> str:
    if str(error).startswith("code"):
        return gettext("这个代码已经登记过。")
    return gettext("请填代码（最多 40 个字）和名称（最多 80 个字）。")
