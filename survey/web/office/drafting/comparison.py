"""Two versions side by side: what differs, and which indicators cannot be followed across."""

from flask import Blueprint, render_template, request

from survey.actions.instrument.read_published import list_published
from survey.web.office.drafting.draft_words import difference_in_words
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/compare", "compare", compare, methods=["GET"])


def compare() -> str:
    """`?before=resident/v1&after=resident/v2`; a draft is named by its id."""
    from survey.actions.instrument.compare_versions import compare_versions  # YAML and grammar load only here
    from survey.actions.instrument.read_draft import drafts

    before, after = request.args.get("before", ""), request.args.get("after", "")
    storage, folder = services().storage, services().settings.questionnaires
    return render_template(
        "office/drafting/compare.html",
        before=before,
        after=after,
        comparison=compare_versions(storage, folder, before, after) if before and after else None,
        published=list_published(storage),
        drafts=drafts(storage),
        in_words=difference_in_words,
    )
