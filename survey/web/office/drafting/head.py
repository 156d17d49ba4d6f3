"""What stands before the items of a draft, and the headings of its sections."""

import re

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions.instrument.read_draft import ReadDraft
from survey.instrument.drafting.draft import Keys, NoSuchPartError, find_section, with_head, with_section_replaced
from survey.instrument.item import NAME_PATTERN
from survey.instrument.population import Population
from survey.web.i18n import gettext
from survey.web.office.drafting.draft_words import POPULATIONS
from survey.web.office.drafting.found import edited, found_draft, posted_revision

_VERSION = re.compile(r"[1-9][0-9]{0,3}")
_FURTHER = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<draft>/head", "head", head, methods=["GET", "POST"])
    blueprint.add_url_rule("/<draft>/sections/<name>", "section", section, methods=["GET", "POST"])


def head(draft: str) -> ResponseReturnValue:
    """Title, name, version, population, languages, order of sections, who counts."""
    read = found_draft(draft)
    data = read.state.data
    if request.method == "GET":
        return _head_page(read, [])
    form = request.form
    languages = ["zh-Hans", "zh-Hant", *(["en"] if form.get("english") else []), *form.get("further", "").split()]
    values: Keys = {
        "name": form.get("name", "").strip(),
        "version": form.get("version", "").strip(),
        "title": {tag: text for tag in languages if (text := form.get(f"title_{tag}", "").strip())},
        "population": form.get("population", ""),
        "languages": languages,
        "in_population": form.get("in_population", "").strip(),
        "randomize": [one["name"] for one in data["sections"] if form.get(f"moves_{one['name']}")],
    }
    problems = _problems_of_head(values["name"], values["version"], values["title"], values["population"], languages)
    if problems:
        return _head_page(read, problems, values), 422
    return edited(draft, lambda now: with_head(now, **values), "head")


def section(draft: str, name: str) -> ResponseReturnValue:
    """The heading of a section, and who fills it in."""
    read = found_draft(draft)
    try:
        found = find_section(read.state.data, name)
    except NoSuchPartError:
        abort(404)
    languages = read.state.data["languages"]
    if request.method == "GET":
        return _section_page(read, name, found["label"], found.get("audience", "respondent"), [])
    labels = {tag: text for tag in languages if (text := request.form.get(f"label_{tag}", "").strip())}
    audience = "interviewer" if request.form.get("audience") == "interviewer" else "respondent"
    if "zh-Hans" not in labels:
        return _section_page(read, name, labels, audience, [gettext("请写这一部分的标题（中文）。")]), 422
    return edited(
        draft,
        lambda now: with_section_replaced(now, name, label=labels, audience=audience),
        "change_section",
        name,
        anchor=f"section-{name}",
    )


def _problems_of_head(
    name: str, version: str, title: dict[str, str], population: str, languages: list[str]
) -> list[str]:
    problems = []
    if "zh-Hans" not in title:
        problems.append(gettext("请填写问卷标题。"))
    if not NAME_PATTERN.fullmatch(name):
        problems.append(gettext("代号用小写字母开头，只含小写字母、数字和下划线，最多 32 个字符。"))
    if not _VERSION.fullmatch(version):
        problems.append(gettext("版本应为 1 到 9999 的整数。"))
    if population not in set(Population):
        problems.append(gettext("请选择问谁。"))
    for tag in languages[2:]:
        if tag != "en" and (not _FURTHER.fullmatch(tag) or tag.startswith("zh") or languages.count(tag) > 1):
            problems.append(gettext("语言代码 %(tag)s 不对：用 ug、bo 这样的代码，每个一次。", tag=tag))
    return problems


def _head_page(read: ReadDraft, problems: list[str], values: Keys | None = None) -> str:
    return render_template(
        "office/drafting/head.html",
        read=read,
        draft=read.state.data,
        problems=problems,
        values=values or read.state.data,
        populations=POPULATIONS,
        revision=posted_revision() or read.state.revision,
    )


def _section_page(read: ReadDraft, name: str, labels: dict[str, str], audience: str, problems: list[str]) -> str:
    return render_template(
        "office/drafting/section.html",
        read=read,
        draft=read.state.data,
        name=name,
        labels=labels,
        audience=audience,
        problems=problems,
        revision=posted_revision() or read.state.revision,
    )
