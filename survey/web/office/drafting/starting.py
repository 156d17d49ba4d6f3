"""Start a draft: empty, from pasted text that is looked through first, or from a published version."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.instrument.population import Population
from survey.web.i18n import current_time, gettext
from survey.web.office.drafting.draft_words import POPULATIONS
from survey.web.security import signed_in_account
from survey.web.services import services

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LONGEST_TEXT = 60_000


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/new", "new", new, methods=["GET"])
    blueprint.add_url_rule("/new", "start", start, methods=["POST"])
    blueprint.add_url_rule("/copy/<name>/<version>", "copy", copy, methods=["POST"])


def new() -> str:
    return _page()


def start() -> ResponseReturnValue:
    """An empty draft, or one from text. Text is shown first as what was understood, and taken on the second send."""
    from survey.actions.instrument.check_draft import scales  # YAML and grammar load only here
    from survey.actions.instrument.start_draft import start_empty, start_from_pasted
    from survey.instrument.drafting.draft import new_draft
    from survey.instrument.drafting.pasted import read_pasted

    name, title, text = (request.form.get(key, "").strip() for key in ("name", "title", "text"))
    population = request.form.get("population", "")
    pasted = read_pasted(text[:_LONGEST_TEXT], scales(services().settings.questionnaires)) if text else None
    title = title or (pasted.title if pasted else "")
    problems = _problems(name, title, population, text)
    if pasted and not pasted.items:
        problems.append(gettext("没有认出题目：每题前面要有编号（1. 或 一、），选项前面要有 A. 或 □。"))
    if problems:
        return _page(problems), 422
    account, now = signed_in_account().email, current_time()
    if pasted and request.form.get("go") != "take":
        return render_template("office/drafting/pasted.html", pasted=pasted, typed=request.form, title=title)
    if pasted:
        draft = start_from_pasted(
            services().storage, new_draft(name, title, population), pasted, now=now, actor=account
        )
    else:
        draft = start_empty(services().storage, name, title, population, now=now, actor=account)
    return redirect(url_for("drafting.editor", draft=draft), 303)


def copy(name: str, version: str) -> ResponseReturnValue:
    """Go on from a published version: under its own name as its next version, or under another one."""
    from survey.actions.instrument.start_draft import start_from_version

    number = version.removeprefix("v")
    if not number.isdecimal() or len(number) > 8:
        abort(404)
    new_name = request.form.get("name", "").strip() or name
    if not _NAME.fullmatch(new_name):
        flash(_name_problem(), "error")
        return redirect(url_for("questionnaires.questionnaires"), 303)
    folder, actor = services().settings.questionnaires, signed_in_account().email
    draft = start_from_version(services().storage, folder, name, int(number), new_name, now=current_time(), actor=actor)
    if draft is None:
        abort(404)
    return redirect(url_for("drafting.editor", draft=draft), 303)


def _problems(name: str, title: str, population: str, text: str) -> list[str]:
    problems = []
    if not title:
        problems.append(gettext("请填写问卷标题。"))
    if not _NAME.fullmatch(name):
        problems.append(_name_problem())
    if population not in set(Population):
        problems.append(gettext("请选择问谁。"))
    if len(text) > _LONGEST_TEXT:
        problems.append(gettext("粘贴的文字太长（最多 %(n)s 字），请分几次。", n=_LONGEST_TEXT))
    return problems


def _name_problem() -> str:
    return gettext("代号用小写字母开头，只含小写字母、数字和下划线，最多 32 个字符，例如 parks_2027。")


def _page(problems: list[str] | None = None) -> str:
    return render_template(
        "office/drafting/new.html", problems=problems or [], typed=request.form, populations=POPULATIONS
    )
