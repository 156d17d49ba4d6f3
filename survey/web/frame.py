"""What the templates of the staff may ask: who is signed in, which pages are open to them, the same page translated."""

from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext

from survey.accounts.account import Role
from survey.web.i18n import current_time
from survey.web.permissions import keeps_session, may_open
from survey.web.security import current_account
from survey.web.words import WORDS

ROLE_NAMES = {
    Role.ADMINISTRATOR: lazy_gettext("系统管理员"),
    Role.OFFICE: lazy_gettext("创建办"),
    Role.ANALYST: lazy_gettext("分析员"),
    Role.SUPERVISOR: lazy_gettext("督导员"),
    Role.INTERVIEWER: lazy_gettext("访问员"),
    Role.UNIT: lazy_gettext("责任单位"),
}


def install(app: Flask) -> None:
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    if not keeps_session(request.endpoint):
        return {}
    account = current_account()
    return {
        "account": account,
        "may_open": lambda endpoint: may_open(account.role if account else None, endpoint),
        "role_name": lambda role: ROLE_NAMES[role],
        "here_in": here_in,
        "way_back": way_back,
        "now": current_time(),
        "words": WORDS,
    }


def here_in(language: str) -> str:
    """The address of this page in another language, with its filters; for a page that was sent, of its empty form."""
    values = {**request.args.to_dict(), **(request.view_args or {}), "language": language}
    return url_for(request.endpoint or "staff.home", **values)


def way_back() -> str | None:
    """Where to go after signing in; gate.py has let through addresses of this installation only."""
    return request.args.get("next")
