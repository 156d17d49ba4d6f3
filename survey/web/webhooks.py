"""Pages of the administrator: which programs are told what, what was sent, a message again, a message to try."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.webhooks.manage_webhooks import (
    list_webhooks,
    ping_webhook,
    register_webhook,
    send_again,
    stop_webhook,
)
from survey.programme.webhook import Delivery, DeliveryState, HookEvent, WebhookError
from survey.web.i18n import current_time, gettext
from survey.web.listing import Column, Filter, Listing
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("webhooks", __name__, url_prefix="/staff/webhooks")
EVENT_NAMES = {
    HookEvent.RESPONSES_COUNTED: lazy_gettext("每天的答卷数"),
    HookEvent.ANALYSIS_READY: lazy_gettext("结果算好"),
    HookEvent.RESULTS_RELEASED: lazy_gettext("结果公布"),
    HookEvent.RESULTS_WITHDRAWN: lazy_gettext("结果撤回"),
    HookEvent.OPINION_DUE: lazy_gettext("意见办理快到期"),
    HookEvent.PING: lazy_gettext("试发"),
}
STATE_NAMES = {
    DeliveryState.WAITING: lazy_gettext("等待中"),
    DeliveryState.DELIVERED: lazy_gettext("已送达"),
    DeliveryState.FAILED: lazy_gettext("没有送达"),
}

DELIVERIES: Listing[Delivery] = Listing(
    columns=(
        Column("made", lazy_gettext("时间"), lambda one: one.made_at),
        Column("event", lazy_gettext("消息"), lambda one: str(EVENT_NAMES[one.event])),
        Column("url", lazy_gettext("地址"), lambda one: one.webhook),
        Column("state", lazy_gettext("状态"), lambda one: list(DeliveryState).index(one.state)),
        Column("attempts", lazy_gettext("次数"), lambda one: one.attempts),
        Column("again", lazy_gettext("重发")),
    ),
    identity=lambda one: one.id,
    text=lambda one: f"{EVENT_NAMES[one.event]} {one.event.value} {one.error} {one.body}",
    sort="-made",
    filters=(
        Filter(
            "state",
            lazy_gettext("状态"),
            {state.value: words for state, words in STATE_NAMES.items()},
            lambda one: one.state.value,
        ),
    ),
)


@blueprint.route("/", methods=["GET", "POST"])
def webhooks() -> ResponseReturnValue:
    """The addresses with their secrets, the newest messages, and the form for another address."""
    if request.method == "GET":
        return _page()
    events = [event for event in HookEvent if event.value in request.form.getlist("event")]
    try:
        register_webhook(
            services().storage,
            services().settings,
            request.form.get("url", ""),
            events,
            current_time(),
            signed_in_account().email,
        )
    except WebhookError as error:
        return _page(_in_words(error)), 422
    flash(gettext("已登记。请把密钥交给对方，并先试发一次。"), "success")
    return redirect(url_for("webhooks.webhooks"), 303)


@blueprint.post("/<webhook_id>/<any(ping, stop):what>")
def change(webhook_id: str, what: str) -> ResponseReturnValue:
    """Send a message to try, or stop the address."""
    try:
        if what == "ping":
            ping_webhook(services().storage, webhook_id, current_time())
            flash(gettext("试发的消息已排队，结果见下表。"), "success")
        else:
            stop_webhook(services().storage, webhook_id, current_time(), signed_in_account().email)
            flash(gettext("已停用，不再向它发送。"), "success")
    except WebhookError:
        flash(gettext("这个地址已经停用。"), "error")
    return redirect(url_for("webhooks.webhooks"), 303)


@blueprint.post("/deliveries/<delivery_id>/again")
def again(delivery_id: str) -> ResponseReturnValue:
    try:
        send_again(services().storage, delivery_id, current_time(), signed_in_account().email)
        flash(gettext("已排队重发。"), "success")
    except WebhookError:
        flash(gettext("这条消息还在等待发送。"), "error")
    return redirect(url_for("webhooks.webhooks"), 303)


def _page(problem: str = "") -> str:
    hooks, deliveries = list_webhooks(services().storage, services().settings)
    return render_template(
        "staff/webhooks.html",
        hooks=hooks,
        page=DELIVERIES.page(deliveries, request.args),
        urls={one.hook.id: one.hook.url for one in hooks},
        events={event: name for event, name in EVENT_NAMES.items() if event is not HookEvent.PING},
        event_names=EVENT_NAMES,
        states=STATE_NAMES,
        origins=services().settings.webhook_origins,
        problem=problem,
    )


def _in_words(error: WebhookError) -> str:
    if str(error).startswith("events"):
        return gettext("请至少选一种消息。")
    return gettext("地址不在允许的范围内。请由运行维护人员先在 WEBHOOK_ORIGINS 里写明。")
