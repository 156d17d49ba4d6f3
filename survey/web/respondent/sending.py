"""What happens when a form is sent, from either way of filling it in: stored, to be corrected, or stopped."""

from collections.abc import Callable, Sequence

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from survey.actions.response.read_progress import RawValues
from survey.actions.response.save_draft import discard_draft
from survey.actions.response.send_answers import send_answers
from survey.instrument.answers import AnswerFault
from survey.instrument.item import Item
from survey.invitation.funnel import Step
from survey.response.receipt import Outcome
from survey.web.respondent.opened import OpenedForm, signing_key
from survey.web.respondent.voice import remember_browser, signals_of
from survey.web.services import services

ShowFaults = Callable[[OpenedForm, RawValues, Sequence[AnswerFault]], ResponseReturnValue]


def send(opened: OpenedForm, values: RawValues, *, show: ShowFaults) -> ResponseReturnValue:
    """Store the form and go to its receipt; `show` makes the page for a form that has faults."""
    signals = signals_of(opened)
    sent = send_answers(
        services().storage,
        signing_key(),
        opened.form,
        opened.ticket,
        values=values,
        language=opened.look.language,
        now=opened.now,
        signals=signals,
    )
    if sent.read.stopped_at is not None:
        return _stopped_page(opened, sent.read.stopped_at)
    if sent.received is None:
        return show(opened, sent.values, sent.read.faults)
    if sent.received.outcome is Outcome.ACCEPTED and not sent.received.had_draft:
        opened.count(Step.STARTED)  # all on one page: filled in and sent at once
    if sent.received.outcome is Outcome.CONFLICT:
        opened.count(Step.FLAGGED)
    masked = sent.values != values
    response = redirect(opened.address_of_receipt(sent.received.receipt, masked=masked), 303)
    remember_browser(response, opened, signals)
    return response


def show_stopped(opened: OpenedForm, item: Item) -> ResponseReturnValue:
    """End the form below the minimum age; what was kept of it is forgotten."""
    discard_draft(services().storage, opened.ticket)
    return _stopped_page(opened, item)


def _stopped_page(opened: OpenedForm, item: Item) -> str:
    words = item.minimum_age.label if item.minimum_age else item.label
    return render_template("respondent/stopped.html", look=opened.look, wave=opened.form.wave, words=words)
