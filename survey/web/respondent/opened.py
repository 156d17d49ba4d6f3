"""A form that is being filled in: what the ticket and the look in the path stand for, and where each page of it is."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, request

from survey.actions.response.open_form import Form
from survey.actions.response.read_progress import Progress, RawValues, read_progress
from survey.actions.response.save_draft import mask_texts, save_draft
from survey.invitation.funnel import Step
from survey.programme.wave import OFFICE_TIME
from survey.response import proof_of_work
from survey.response.ticket import Ticket, unseal
from survey.web.i18n import current_time, use_language
from survey.web.look import Look
from survey.web.services import services

_FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}


@dataclass(frozen=True)
class OpenedForm:
    """One person's form in one look. Addresses are relative to the site."""

    sealed: str
    ticket: Ticket
    form: Form
    look: Look
    now: datetime

    def progress(self) -> Progress:
        return read_progress(services().storage, self.ticket.wave, self.ticket.response_id, self.ticket.edition)

    @property
    def changing(self) -> bool:
        """Whether the form will replace an answer that was sent before."""
        return self.ticket.edition > 1

    def save(self, values: RawValues) -> None:
        """Keep what is filled in; names that the questionnaire does not have are left out."""
        questionnaire = self.form.questionnaire
        known = {name: given for name, given in values.items() if name in questionnaire}
        today = self.now.astimezone(OFFICE_TIME).date()
        save_draft(services().storage, self.ticket, mask_texts(questionnaire, known), today)

    def count(self, step: Step) -> None:
        """One more in the funnel of the poster. A household's letter has none; a change is not a second answer."""
        if not self.changing:
            count_step(self.form, step, self.now)

    def address(self, page: str, look: Look | None = None) -> str:
        return f"/a/{self.sealed}/{(look or self.look).slug}/{page}"

    def address_of(self, item: str) -> str:
        return self.address(f"ask/{item}")

    def address_of_receipt(self, receipt: str, *, masked: bool = False) -> str:
        page = self.address("done") if self.look.kiosk else f"/r/{receipt}/{self.look.slug}"
        return page + ("?note=masked" if masked else "")

    def address_of_kiosk(self) -> str:
        """The first page of the shared tablet."""
        return f"/k/{self.ticket.code}/{self.look.slug}"


def count_step(form: Form, step: Step, now: datetime) -> None:
    """Count a step of a poster's funnel; a browser that only looks ahead (HEAD) is none."""
    if not form.single_use and request.method != "HEAD":
        services().steps.add(form.wave.id, form.invitation.code, now.astimezone(OFFICE_TIME).date(), step)


def open_ticket(sealed: str, look: Look) -> OpenedForm:
    """Raises `TicketError` and what `FormLibrary.reopen` raises; the table in web.errors has a page for each."""
    use_language(look.language)
    now = current_time()
    ticket = unseal(sealed, signing_key())
    return OpenedForm(sealed, ticket, services().forms.reopen(ticket, now), look, now)


def site_address() -> str:
    """The beginning of addresses that leave this device: in QR codes, read out, copied down."""
    return services().settings.public_url or request.url_root.rstrip("/")


def signing_key() -> str:
    return services().settings.secret_key


def posted_values() -> tuple[str, dict[str, list[str]]]:
    """Which button was pressed, and the values of the items. 400 for anything that no page of ours sends."""
    if request.mimetype not in _FORM_TYPES or "go" not in request.form:
        abort(400)
    values = dict(request.form.lists())
    values.pop(proof_of_work.FIELD, None)
    return values.pop("go")[0], values
