"""One item of a draft: a new one, or one that is there, in all languages side by side."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions.instrument.read_draft import ReadDraft
from survey.instrument.drafting.draft import (
    Keys,
    NoSuchPartError,
    find_item,
    find_section,
    free_name,
    items_of,
    with_item,
    with_item_replaced,
)
from survey.web.office.drafting.condition_picker import ROWS
from survey.web.office.drafting.draft_words import POLARITIES, PURPOSES, TYPES
from survey.web.office.drafting.found import edited, found_draft, posted_revision
from survey.web.office.drafting.item_form import ItemForm, form_from, form_of, keys_of, problems_of
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<draft>/sections/<section>/add", "add_item", add_item, methods=["GET", "POST"])
    blueprint.add_url_rule("/<draft>/items/<name>", "item", item, methods=["GET", "POST"])


def add_item(draft: str, section: str) -> ResponseReturnValue:
    """A new item at the end of a section."""
    read = found_draft(draft)
    data = read.state.data
    try:
        find_section(data, section)
    except NoSuchPartError:
        abort(404)
    if request.method == "GET":
        new: Keys = {"type": "select_one", "name": free_name(data, "q"), "label": {}}
        return _page(read, form_of(new), "")
    form = form_from(request.form, data["languages"])
    problems = problems_of(form, data, "")
    if problems or request.form.get("go") == "rows":
        return _page(read, form, "", problems if request.form.get("go") != "rows" else [])
    keys = keys_of(form, data, {})
    return edited(draft, lambda now: with_item(now, section, keys), "add", form.name, anchor=f"item-{form.name}")


def item(draft: str, name: str) -> ResponseReturnValue:
    """An item that is there."""
    read = found_draft(draft)
    data = read.state.data
    try:
        before = find_item(data, name)
    except NoSuchPartError:
        abort(404)
    if request.method == "GET":
        return _page(read, form_of(before), name)
    form = form_from(request.form, data["languages"])
    problems = problems_of(form, data, name)
    if problems or request.form.get("go") == "rows":
        return _page(read, form, name, problems if request.form.get("go") != "rows" else [])
    keys = keys_of(form, data, before)
    anchor = f"item-{form.name}"
    return edited(draft, lambda now: with_item_replaced(now, name, keys), "change", form.name, anchor=anchor)


def _page(read: ReadDraft, form: ItemForm, name: str, problems: list[str] | None = None) -> ResponseReturnValue:
    from survey.actions.instrument.check_draft import indicators, scales  # YAML and grammar load only here

    folder, data = services().settings.questionnaires, read.state.data
    page = render_template(
        "office/drafting/item.html",
        read=read,
        draft=data,
        form=form,
        name=name,
        problems=problems or [],
        revision=posted_revision() or read.state.revision,
        types=TYPES,
        scales=scales(folder),
        purposes=PURPOSES,
        polarities=POLARITIES,
        indicators=indicators(folder),
        earlier=_earlier(data, name),
        rows=range(ROWS),
    )
    return page, 422 if problems else 200


def _earlier(data: Keys, name: str) -> list[Keys]:
    """The items with answers to choose from that come before this one (all of them before a new one)."""
    found: list[Keys] = []
    for one in items_of(data):
        if one["name"] == name:
            break
        if str(one["type"]).startswith("select"):
            found.append(one)
    return found
