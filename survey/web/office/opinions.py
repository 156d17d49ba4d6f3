"""What residents wrote after their answer: a list of the opinions with counts, and the reply slips of a wave."""

from flask import Blueprint, abort, render_template

from survey.actions.list_opinions import list_opinions, read_slips
from survey.invitation.code import spaced
from survey.opinion.opinion import OpinionState, Topic
from survey.web.i18n import current_time
from survey.web.opinion_words import STATES, TOPICS
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("opinions", __name__, url_prefix="/staff/opinions")


@blueprint.get("/")
def opinions() -> str:
    """The newest opinions about the account's area."""
    found = list_opinions(services().storage, signed_in_account().area)
    return render_template(
        "office/opinions.html",
        found=found,
        topics=list(Topic),
        states=list(OpinionState),
        topic_name=TOPICS.__getitem__,
        state_name=STATES.__getitem__,
        spaced=spaced,
    )


@blueprint.get("/slips/<wave_id>")
def slips(wave_id: str) -> str:
    """Names and contacts; that this account read them is logged."""
    account = signed_in_account()
    key = services().settings.secret_key
    found = read_slips(services().storage, wave_id, account.area, key, current_time(), account.email)
    if found is None:
        abort(404)
    wave, read = found
    return render_template("office/slips.html", wave=wave, slips=read)
