"""Who checked, decided and looked again, when and why: the log of the integrity review as a list."""

from flask import Blueprint, abort, render_template, request
from flask_babel import lazy_gettext

from survey.actions.results.list_integrity_log import CHECK, LOOK, Logged, list_integrity_log
from survey.programme.wave import WaveError
from survey.response.review import ReviewDecision
from survey.web.analyst.finding_words import DECISIONS
from survey.web.i18n import gettext
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

DONE = {
    CHECK: lazy_gettext("核查"),
    LOOK: lazy_gettext("复看"),
    **{decision.value: words for decision, words in DECISIONS.items()},
}


def _done(one: Logged) -> str:
    return one.decision.value if one.decision else one.action


LOG: Listing[Logged] = Listing(
    columns=(
        Column("at", lazy_gettext("时间"), lambda one: one.at.isoformat()),
        Column("by", lazy_gettext("由谁"), lambda one: one.by),
        Column("done", lazy_gettext("做了什么"), lambda one: str(DONE[_done(one)])),
        Column("answer", lazy_gettext("答卷"), lambda one: one.response or None),
        Column("reason", lazy_gettext("原因")),
    ),
    identity=lambda one: f"{one.number:09}",
    text=lambda one: f"{one.by} {one.response} {one.text}",
    sort="-at",
    filters=(Filter("done", lazy_gettext("做了什么"), DONE, _done),),
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/integrity-log", "integrity_log", integrity_log)


def integrity_log(wave_id: str) -> str:
    try:
        wave, lines = list_integrity_log(services().storage, wave_id, signed_in_account().area)
    except WaveError:
        abort(404)
    return render_template("analyst/integrity_log.html", wave=wave, page=LOG.page(lines, request.args), told=_told)


def _told(one: Logged) -> str:
    """What was done in words; DECISIONS has the words of a decision that was taken back too."""
    if one.action == LOOK:
        return gettext("复看同意") if one.agrees else gettext("复看不同意")
    return gettext("撤回决定") if one.decision is ReviewDecision.OPEN else str(DONE[_done(one)])
