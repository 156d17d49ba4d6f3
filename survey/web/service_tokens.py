"""Pages of the administrator: issue a token for a program that reads the API, see which are in use, revoke one."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.accounts.service_token import Scope, ServiceToken, ServiceTokenError
from survey.actions.accounts.issue_service_token import issue_service_token, list_service_tokens, revoke_service_token
from survey.actions.programme.list_areas import list_areas
from survey.programme.wave import OFFICE_TIME
from survey.web.i18n import current_time, gettext
from survey.web.listing import Column, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

_USUAL_DAYS = 365
_SCOPE_NAMES = {
    Scope.RESULTS: lazy_gettext("结果：轮次、地区、指标与数值"),
    Scope.RESPONSES: lazy_gettext("答卷：逐份答案，不含文字题"),
    Scope.FIELDWORK: lazy_gettext("现场：海报漏斗计数"),
}

TOKENS: Listing[ServiceToken] = Listing(
    columns=(
        Column("name", lazy_gettext("用途"), lambda token: token.name),
        Column("scopes", lazy_gettext("读取范围"), lambda token: " ".join(sorted(token.scopes))),
        Column("area", lazy_gettext("地区"), lambda token: token.area),
        Column("until", lazy_gettext("有效期至"), lambda token: token.valid_until),
        Column("used", lazy_gettext("最近使用"), lambda token: token.used_on),
        Column("state", lazy_gettext("状态"), lambda token: token.revoked_at),
    ),
    identity=lambda token: token.id,
    text=lambda token: f"{token.name} {token.area} {' '.join(sorted(token.scopes))} {token.issued_by}",
    sort="name",
)


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/tokens", "service_tokens", show_tokens, methods=["GET", "POST"])
    blueprint.add_url_rule("/tokens/<token_id>/revoke", "revoke_service_token", revoke, methods=["GET", "POST"])


def show_tokens() -> ResponseReturnValue:
    """The list and the form; after issuing, the token's text stands on the page this one time."""
    if request.method == "GET":
        return _page()
    try:
        token, text = issue_service_token(
            services().storage,
            name=request.form.get("name", ""),
            scopes=[scope for scope in Scope if scope.value in request.form.getlist("scope")],
            area=request.form.get("area", ""),
            valid_until=_day(request.form.get("valid_until", "")),
            now=current_time(),
            actor=signed_in_account().email,
        )
    except ServiceTokenError as error:
        return _page(problem=_in_words(error)), 422
    return _page(issued=token, text=text)


def revoke(token_id: str) -> ResponseReturnValue:
    """Asked once more, because the program stops reading at once."""
    token = next((found for found in list_service_tokens(services().storage) if found.id == token_id), None)
    if token is None:
        abort(404)
    if request.method == "GET":
        return render_template("staff/revoke_service_token.html", token=token)
    try:
        revoke_service_token(services().storage, token_id, current_time(), signed_in_account().email)
    except ServiceTokenError:
        flash(gettext("这个令牌先前已经撤销。"), "info")
    else:
        flash(gettext("令牌“%(name)s”已撤销，用它的程序不能再读取数据。", name=token.name), "success")
    return redirect(url_for("staff.service_tokens"), 303)


def _page(issued: ServiceToken | None = None, text: str = "", problem: str = "") -> str:
    account, today = signed_in_account(), current_time().astimezone(OFFICE_TIME).date()
    return render_template(
        "staff/service_tokens.html",
        page=TOKENS.page(list_service_tokens(services().storage), request.args),
        areas=[area for area in list_areas(services().storage, account.area) if len(area.code) <= 9],
        scopes=_SCOPE_NAMES,
        today=today,
        usual_end=today + timedelta(days=_USUAL_DAYS),
        issued=issued,
        text=text,
        problem=problem,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ServiceTokenError(f"valid until: expected a day such as 2027-06-30, found {text[:40]!r}") from error


def _in_words(error: ServiceTokenError) -> str:
    """The sentence for the person at the form; the error itself is for the command line."""
    field = str(error).split(":", 1)[0]
    return {
        "name": gettext("请填写用途，最多 80 个字。"),
        "scopes": gettext("请至少选一项读取范围。"),
        "valid until": gettext("请填写有效期，不早于今天。"),
        "area": gettext("请选择地区。"),
    }[field]
