"""The editor: all items of a draft in order, what the checker says, and the steps that change the order."""

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.instrument.drafting.draft import (
    Keys,
    find_item,
    free_name,
    looking_at,
    with_item_copied,
    with_item_moved,
    with_section,
    with_section_moved,
    without_item,
    without_section,
)
from survey.web.headers import CONTENT_SECURITY_POLICY
from survey.web.i18n import current_time, gettext
from survey.web.office.drafting.draft_words import advice_in_words, done_in_words, fault_in_words, type_in_words
from survey.web.office.drafting.found import changed_meanwhile, edited, found_draft, posted_revision
from survey.web.security import signed_in_account
from survey.web.services import services

# Beside the list stands the preview, in a frame of our own.
_WITH_OWN_FRAME = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<draft>/", "editor", editor, methods=["GET"])
    blueprint.add_url_rule("/<draft>/", "arrange", arrange, methods=["POST"])
    blueprint.add_url_rule("/<draft>/undo", "undo", take_back, methods=["POST"])


def editor(draft: str) -> Response:
    """Everything about the draft on one page."""
    from survey.actions.instrument.check_draft import check_draft  # YAML and grammar load only here

    read = found_draft(draft)
    checked = check_draft(services().settings.questionnaires, read.state.data)
    items = [item for section in read.state.data["sections"] for item in section["items"]]
    numbers: dict[str, int] = {}
    for item in items:
        if item["type"] != "note":
            numbers[item["name"]] = len(numbers) + 1
    faults = [(items[fault.line - 1]["name"] if fault.line else "", fault_in_words(fault)) for fault in checked.faults]
    findings = [(finding, advice_in_words(finding)) for finding in checked.findings]
    page = render_template(
        "office/drafting/editor.html",
        read=read,
        draft=read.state.data,
        checked=checked,
        numbers=numbers,
        earlier=_earlier_version(read.state.data),
        faults=faults,
        findings=findings,
        type_in_words=type_in_words,
        done_in_words=done_in_words,
        first_fault={name for name, _ in faults},
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = _WITH_OWN_FRAME
    return answer


def arrange(draft: str) -> ResponseReturnValue:
    """Move, copy or remove an item or a section, as the button pressed says: `up:q3`."""
    verb, _, name = request.form.get("do", "").partition(":")
    if verb == "remove":
        return _remove(draft, name)
    steps = {
        "up": lambda data: with_item_moved(data, name, -1),
        "down": lambda data: with_item_moved(data, name, 1),
        "copy": lambda data: with_item_copied(data, name),
        "section_up": lambda data: with_section_moved(data, name, -1),
        "section_down": lambda data: with_section_moved(data, name, 1),
        "remove_section": lambda data: without_section(data, name),
        "add_section": _with_new_section,
    }
    if verb not in steps:
        abort(400)
    anchor = "" if verb == "remove_section" else f"{'section' if 'section' in verb else 'item'}-{name}"
    return edited(draft, steps[verb], verb, name, anchor=anchor if name else "")


def take_back(draft: str) -> ResponseReturnValue:
    """Undo the newest step."""
    from survey.actions.instrument.edit_draft import DraftChangedError, undo

    actor = signed_in_account().email
    try:
        done = undo(services().storage, draft, posted_revision(), now=current_time(), actor=actor)
    except DraftChangedError:
        flash(changed_meanwhile(), "error")
    else:
        flash(
            gettext("没有可以撤销的了。") if done is None else gettext("已撤销上一步。"),
            "notice" if done is None else "success",
        )
    return redirect(url_for("drafting.editor", draft=draft), 303)


def _remove(draft: str, name: str) -> ResponseReturnValue:
    """Removing is undone by one press; it is refused while conditions of other items look at the item."""
    data = found_draft(draft).state.data
    others = looking_at(data, name)
    if others:
        words = gettext("不能删除：%(names)s 的显示条件用到这道题。请先改那些条件。", names="、".join(others))
        flash(words, "error")
        return redirect(url_for("drafting.editor", draft=draft, _anchor=f"item-{name}"), 303)
    label = find_item(data, name)["label"]["zh-Hans"] if any_item(data, name) else name
    flash(gettext("已删除“%(label)s”。删错了请按“撤销上一步”。", label=label[:30]), "success")
    return edited(draft, lambda keys: without_item(keys, name), "remove", name)


def any_item(data: Keys, name: str) -> bool:
    return any(item["name"] == name for section in data["sections"] for item in section["items"])


def _earlier_version(data: Keys) -> str | None:
    """The version before, to compare with; None for a first one."""
    number = int(data["version"])
    return f"{data['name']}/v{number - 1}" if number > 1 else None


def _with_new_section(data: Keys) -> Keys:
    name = free_name(data, "part")
    return with_section(data, {"name": name, "label": {"zh-Hans": gettext("新的部分")}, "items": []})
