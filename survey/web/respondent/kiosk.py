"""A tablet in a service hall that people share: large text, back to the start after each answer, no traces.

A poster's code is opened under `/k/`; from there on the look in the path says that the form is on a shared tablet.
"""

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions.response.look_up_receipt import look_up_receipt
from survey.actions.response.save_draft import discard_draft
from survey.invitation.invitation import UnknownCodeError
from survey.response.receipt import grouped
from survey.web.i18n import current_time, use_language
from survey.web.look import Look, preferred_look
from survey.web.respondent.opened import OpenedForm, open_ticket
from survey.web.respondent.start import send_start
from survey.web.services import services

_RECEIPT_IS_SHOWN = timedelta(seconds=60)


def add_routes(blueprint: Blueprint) -> None:
    for rule in ("/k/<code>", "/K/<code>"):
        blueprint.add_url_rule(rule, "show_kiosk", show_kiosk, methods=["GET"])
        blueprint.add_url_rule(f"{rule}/<look:look>", "show_kiosk", show_kiosk, methods=["GET"])
    blueprint.add_url_rule("/a/<sealed>/<look:look>/done", "show_done", show_done, methods=["GET"])
    blueprint.add_url_rule("/a/<sealed>/<look:look>/leave", "leave", leave, methods=["GET"])


def show_kiosk(code: str, look: Look | None = None) -> ResponseReturnValue:
    """The first page for the next person. A household's letter is not answered on a shared tablet."""
    look = (look or preferred_look()).on_kiosk()
    use_language(look.language)
    now = current_time()
    form = services().forms.open(code, now)
    if form.single_use:
        raise UnknownCodeError(f"access code {form.invitation.code}: a household's, not for a shared tablet")
    return send_start(form, look, now)


def show_done(sealed: str, look: Look) -> ResponseReturnValue:
    """The receipt, for a minute; whoever goes back later finds the first page."""
    opened = _on_kiosk(sealed, look)
    receipt = opened.progress().receipt
    found = look_up_receipt(services().storage, receipt) if receipt else None
    if found is None or opened.now - found.received_at > _RECEIPT_IS_SHOWN:
        return redirect(opened.address_of_kiosk(), 303)
    return render_template(
        "respondent/kiosk_done.html",
        look=look,
        wave=found.wave,
        state=found.state.value,
        receipt=grouped(found.receipt),
        masked=request.args.get("note") == "masked",
        first=opened.address_of_kiosk(),
    )


def leave(sealed: str, look: Look) -> ResponseReturnValue:
    """Forget what was filled in and begin again. A GET, because a page can refresh itself to nothing else."""
    opened = _on_kiosk(sealed, look)
    discard_draft(services().storage, opened.ticket)
    return redirect(opened.address_of_kiosk(), 303)


def _on_kiosk(sealed: str, look: Look) -> OpenedForm:
    if not look.kiosk:
        abort(404)
    return open_ticket(sealed, look)
