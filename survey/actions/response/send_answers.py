"""Send a resident's form: check it, mask numbers of people in its texts, hand it to storage. Steps 3 and 4."""

from dataclasses import dataclass
from datetime import datetime

from survey.actions.response.change_response import change_response
from survey.actions.response.notice_signals import notice_signals
from survey.actions.response.open_form import Form
from survey.actions.response.read_progress import RawValues
from survey.actions.response.receive_response import receive_response
from survey.actions.response.save_draft import discard_draft, mask_texts
from survey.instrument.answers import ReadAnswers, read_answers
from survey.instrument.item import Purpose
from survey.response.receipt import Outcome, Received
from survey.response.response import Answers, Mode, Source, Submission
from survey.response.signals import NO_SIGNALS, Signals
from survey.response.ticket import Ticket
from survey.storage import Storage


@dataclass(frozen=True)
class SentForm:
    """`received` is None when the form was not stored: it has faults, or it ended below the minimum age. `values` are
    the posted ones as they may be shown again, with numbers of people masked.
    """

    read: ReadAnswers
    values: RawValues
    received: Received | None = None


def send_answers(
    storage: Storage,
    key: str,
    form: Form,
    ticket: Ticket,
    *,
    values: RawValues,
    language: str,
    now: datetime,
    signals: Signals = NO_SIGNALS,
) -> SentForm:
    """Store the form once. Raises `StorageUnavailableError` when nothing could be stored.

    `values` are the posted ones; `key` signs the receipt. `signals`: what the wave's layers ask for; it may
    leave a mark beside the response and changes nothing else.
    """
    masked = mask_texts(form.questionnaire, values)
    read = check_values(form, masked)
    if read.stopped_at is not None:
        discard_draft(storage, ticket)
    if read.stopped_at is not None or read.faults:
        return SentForm(read, masked)
    submission = _submission(form, ticket, read.answers, language)
    if ticket.edition == 1:
        noticed = notice_signals(storage, key, form.wave, submission, signals, now)
        received = receive_response(storage, key, submission, now, noticed)
    else:
        received = change_response(storage, key, submission, now)  # the same person, as everybody knows
    if received.outcome is Outcome.CODE_USED:
        discard_draft(storage, ticket)
    return SentForm(read, masked, received)


def check_values(form: Form, values: RawValues) -> ReadAnswers:
    """What the values mean for this form, and everything that is wrong with them; nothing is stored."""
    return read_answers(form.questionnaire, values, context=form.context, areas=form.communities)


def _submission(form: Form, ticket: Ticket, answers: Answers, language: str) -> Submission:
    invitation = form.invitation
    return Submission(
        wave=form.wave.id,
        response_id=ticket.response_id,
        questionnaire=form.questionnaire.name,
        version=form.questionnaire.version,
        answers=answers,
        source=Source.PROB if form.single_use else Source.QR,
        mode=Mode.SELF,
        purpose=ticket.purpose,
        language=language,
        area=_area(form, answers),
        started_at=ticket.started_at,
        code=invitation.code,
        single_use=form.single_use,
        design=invitation.design,
        edition=ticket.edition,
        order_seed=form.order_seed,
    )


def _area(form: Form, answers: Answers) -> str:
    """A sampled household belongs to its place in the sample; whoever scanned a poster to where they say they live."""
    item = form.questionnaire.item_for(Purpose.AREA)
    said = answers.get(item.name) if item else None
    return said if isinstance(said, str) and not form.single_use else form.invitation.area
