"""One person, one voice: what the layers of a wave take from a request, and the cookie of the browser token.

Residents have no cookie unless their wave asks for one; it holds a random value, and only its one-way hash is stored.
A shared tablet is left out: many people rightly answer on it.
"""

import re
import secrets

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from survey.actions.response.identify_sender import identify_sender, sender_identity
from survey.programme.wave import OFFICE_TIME
from survey.response.proof_of_work import FIELD, is_proof, make_challenge
from survey.response.signals import NO_SIGNALS, Signals
from survey.response.ticket import Ticket
from survey.web.look import Look
from survey.web.respondent.opened import OpenedForm, open_ticket, signing_key
from survey.web.services import services

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_LONGEST_DAYS = 400
_WECHAT = "MicroMessenger"  # in the name that WeChat's browser gives itself


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/a/<sealed>/<look:look>/proof", "show_challenge", show_challenge, methods=["GET"])


def show_challenge(sealed: str, look: Look) -> ResponseReturnValue:
    """What the device computes while the form is filled in."""
    opened = open_ticket(sealed, look)
    return jsonify(make_challenge(signing_key(), opened.ticket.response_id))


def signals_of(opened: OpenedForm) -> Signals:
    """What this request tells about its sender, as far as the wave asks; nothing on a shared tablet."""
    layers = opened.form.wave.protection
    if not layers.layers or opened.look.kiosk:
        return NO_SIGNALS
    proof = None
    if layers.proof_of_work:
        proof = is_proof(signing_key(), opened.ticket.response_id, request.form.get(FIELD, ""))
    return Signals(
        browser=_token(opened) or secrets.token_urlsafe(16) if layers.browser_token else None,
        address=request.remote_addr if layers.address_hash else None,
        person=opened.ticket.person or None if layers.wechat else None,
        proof=proof,
    )


def remember_browser(response: Response, opened: OpenedForm, signals: Signals) -> None:
    """Give the browser its random value, until the hashes of the wave are deleted."""
    if signals.browser is None or _token(opened) == signals.browser:
        return
    wave = opened.form.wave
    days = (wave.header.valid_until - opened.now.astimezone(OFFICE_TIME).date()).days + wave.protection.keep_days
    response.set_cookie(
        _cookie_name(opened),
        signals.browser,
        max_age=86400 * min(max(days, 1), _LONGEST_DAYS),
        path="/a/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def ask_wechat(wave_asks: bool) -> bool:
    """Whether this request comes from WeChat's browser, to a wave and an installation that use its adapter."""
    return wave_asks and _WECHAT in request.user_agent.string and sender_identity(services().settings) is not None


def address_at_wechat(sealed: str, look: Look) -> str:
    """Where the browser is sent, to come back to the form with this ticket."""
    settings = services().settings
    identity = sender_identity(settings)
    if identity is None:
        raise RuntimeError("ask_wechat was not asked")
    base = settings.public_url or request.url_root.rstrip("/")
    return identity.address_to_ask(f"{base}/a/{sealed}/{look.slug}/wechat")


def person_of(ticket: Ticket) -> str:
    """The hash of who came back from WeChat; empty when it does not tell."""
    found = services()
    identity = sender_identity(found.settings)
    if identity is None:
        return ""
    return identify_sender(found.storage, signing_key(), identity, ticket.wave, request.args)


def _cookie_name(opened: OpenedForm) -> str:
    return f"voice-{opened.ticket.wave}"


def _token(opened: OpenedForm) -> str | None:
    value = request.cookies.get(_cookie_name(opened), "")
    return value if _TOKEN.fullmatch(value) else None
