"""Change or withdraw an answer with its receipt, while the wave takes answers. The old answers are never shown: whoever
has the receipt, or is made to show it, must not see what was said.
"""

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from survey.actions.response.change_response import withdraw_response
from survey.actions.response.look_up_receipt import FoundReceipt, ReceiptState, look_up_receipt
from survey.programme.wave import OFFICE_TIME, WaveNotOpenError
from survey.response.receipt import Outcome
from survey.response.ticket import seal
from survey.web.i18n import current_time, use_language
from survey.web.look import Look
from survey.web.respondent.opened import signing_key
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/r/<typed>/<look:look>/change", "show_change", show_change, methods=["GET"])
    rule = "/r/<typed>/<look:look>/withdraw"
    blueprint.add_url_rule(rule, "show_withdraw", show_withdraw, methods=["GET"])
    blueprint.add_url_rule(rule, "take_withdraw", take_withdraw, methods=["POST"])


def show_change(typed: str, look: Look) -> str:
    """What changing means, and the way into an empty form whose answers will replace the old ones."""
    found = _changeable(typed, look)
    now = current_time()
    ticket = found.ticket(now)
    form = services().forms.reopen(ticket, now)
    return render_template(
        "respondent/change.html",
        look=look,
        wave=found.wave,
        found=found,
        form_address=f"/a/{seal(ticket, signing_key())}/{look.slug}",
        first=form.first_item,
        switch_base=f"/r/{found.receipt}/",
        switch_end="/change",
    )


def show_withdraw(typed: str, look: Look) -> ResponseReturnValue:
    """Ask before anything is taken back."""
    found = _changeable(typed, look)
    if found.state is ReceiptState.WITHDRAWN:
        return redirect(f"/r/{found.receipt}/{look.slug}", 303)
    return render_template(
        "respondent/withdraw.html",
        look=look,
        wave=found.wave,
        found=found,
        switch_base=f"/r/{found.receipt}/",
        switch_end="/withdraw",
    )


def take_withdraw(typed: str, look: Look) -> ResponseReturnValue:
    """Withdraw the edition that the page was about; when it was changed meanwhile, nothing is done and that is said."""
    found = _changeable(typed, look)
    same = request.form.get("edition") == str(found.edition)
    outcome = Outcome.CONFLICT
    if found.state is ReceiptState.WITHDRAWN:
        outcome = Outcome.ALREADY_RECEIVED
    elif same:
        outcome = withdraw_response(services().storage, signing_key(), found.withdrawal(), current_time()).outcome
    note = "?note=changed" if outcome is Outcome.CONFLICT else ""
    return redirect(f"/r/{found.receipt}/{look.slug}{note}", 303)


def _changeable(typed: str, look: Look) -> FoundReceipt:
    """404 for what no resident may change; `WaveNotOpenError` when the wave takes no answers now."""
    use_language(look.language)
    found = look_up_receipt(services().storage, typed[:40])
    if found is None or not found.own:
        abort(404)
    if not found.wave.accepts_on(current_time().astimezone(OFFICE_TIME).date()):
        raise WaveNotOpenError(found.wave)
    return found
