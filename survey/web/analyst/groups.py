"""What the columns that divide people are called, and their codes, in the language of the page."""

from flask_babel import gettext

from survey.actions.results.open_workspace import Workspace
from survey.instrument.item import Item
from survey.response.response import Mode
from survey.web.i18n import in_page_language
from survey.web.words import MODES


def column_label(column: str, item: Item | None) -> str:
    recorded = {"street": gettext("街道"), "community": gettext("社区"), "mode": gettext("填答方式")}
    return in_page_language(item.label) if item else recorded[column]


def column_names(space: Workspace, column: str, item: Item | None) -> dict[str, str]:
    """The labels of a column's codes, in their own order."""
    if column in {"street", "community"}:
        return {area.code: in_page_language(area.name) for area in space.results.areas}
    if item is None:
        return {mode.value: str(MODES[mode]) for mode in Mode} if column == "mode" else {}
    return {choice.code: in_page_language(choice.label) for choice in item.choices}
