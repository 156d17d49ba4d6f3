"""What residents wrote after their answer: opinions, listed and sent to units by letter, and the slips of a wave."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from survey.actions.opinion.assign_opinion import Assignment, assign_opinion
from survey.actions.opinion.list_opinions import OpinionList, ReadSlip, list_opinions, read_slips
from survey.actions.opinion.show_opinion_case import OfficeView, show_opinion_case
from survey.invitation.code import spaced
from survey.opinion.opinion import Opinion, OpinionState, Topic
from survey.opinion.opinion_case import OpinionCaseError
from survey.programme.wave import OFFICE_TIME
from survey.web.i18n import current_time, gettext, in_page_language
from survey.web.listing import Column, Filter, Listing
from survey.web.opinion_words import STATES, STEPS, TOPICS
from survey.web.security import signed_in_account
from survey.web.services import services

blueprint = Blueprint("opinions", __name__, url_prefix="/staff/opinions")
USUAL_TIME = timedelta(days=15)


# Never searched, sorted or narrowed by who it is: a slip serves to tell the results, not to look somebody up.
SLIPS: Listing[ReadSlip] = Listing(
    columns=(
        Column("sent", lazy_gettext("日期"), lambda slip: slip.sent_on),
        Column("number", lazy_gettext("编号"), lambda slip: slip.number),
        Column("name", lazy_gettext("称呼")),
        Column("contact", lazy_gettext("联系方式")),
    ),
    identity=lambda slip: slip.number,
    text=lambda slip: f"{slip.number} {slip.sent_on.isoformat()}",
    sort="-sent",
)


def _listing(found: OpinionList) -> Listing[Opinion]:
    def area(opinion: Opinion) -> str:
        return in_page_language(found.areas.by_code[opinion.area].name)

    def state(opinion: Opinion) -> str:
        """Of those that a unit has in hand, the first to be due comes first."""
        return f"{list(OpinionState).index(opinion.state)} {found.deadlines.get(opinion.code, '')}"

    return Listing(
        columns=(
            Column("received", lazy_gettext("日期"), lambda one: one.received_on),
            Column("text", lazy_gettext("意见")),
            Column("topic", lazy_gettext("类别"), lambda one: list(Topic).index(one.topic)),
            Column("area", lazy_gettext("地区"), area),
            Column("state", lazy_gettext("状态"), state),
            Column("code", lazy_gettext("查询码"), lambda one: one.code),
        ),
        identity=lambda one: one.code,
        text=lambda one: f"{one.text} {one.reply} {one.code} {area(one)}",
        sort="-received",
        filters=(
            Filter(
                "state",
                lazy_gettext("状态"),
                {state.value: words for state, words in STATES.items()},
                lambda one: one.state.value,
            ),
            Filter(
                "topic",
                lazy_gettext("类别"),
                {topic.value: words for topic, words in TOPICS.items()},
                lambda one: one.topic.value,
            ),
        ),
    )


@blueprint.get("/")
def opinions() -> str:
    """Opinions about the account's area, the newest first."""
    chosen = request.args.get("state", "")
    state = OpinionState(chosen) if chosen in set(OpinionState) else None
    found = list_opinions(services().storage, signed_in_account().area, state)
    return render_template(
        "office/opinions.html",
        found=found,
        page=_listing(found).page(found.opinions, request.args),
        topics=list(Topic),
        states=list(OpinionState),
        today=today(),
        topic_name=TOPICS.__getitem__,
        state_name=STATES.__getitem__,
        spaced=spaced,
    )


@blueprint.route("/<code>", methods=["GET", "POST"])
def opinion(code: str) -> ResponseReturnValue:
    """One opinion with its way; sent, it goes to a unit with the next letter's number."""
    problem = ""
    if request.method == "POST":
        account = signed_in_account()
        try:
            letter = assign_opinion(
                services().storage, code, account.area, _assignment(), current_time(), account.email
            )
        except OpinionCaseError as error:
            problem = _in_words(error)
        else:
            flash(gettext("已发出 %(letter)s。", letter=str(letter)), "success")
            return redirect(url_for("opinions.opinion", code=code), 303)
    page = render_template(
        "office/opinion.html",
        found=_view(code),
        topic_name=TOPICS.__getitem__,
        state_name=STATES.__getitem__,
        step_name=STEPS.__getitem__,
        spaced=spaced,
        today=today(),
        usual_end=today() + USUAL_TIME,
        problem=problem,
    )
    return page, 422 if problem else 200


@blueprint.get("/<code>/letter")
def letter(code: str) -> str:
    """The letter to the unit (督办函), to print."""
    found = _view(code)
    assignment = found.case.assignment
    if assignment is None:
        abort(404)
    return render_template(
        "office/opinion_letter.html",
        found=found,
        assignment=assignment,
        unit=found.unit_name(assignment.unit),
        topic_name=TOPICS.__getitem__,
    )


def today() -> date:
    return current_time().astimezone(OFFICE_TIME).date()


def _view(code: str) -> OfficeView:
    found = show_opinion_case(services().storage, code, signed_in_account().area)
    if found is None:
        abort(404)
    return found


def _assignment() -> Assignment:
    try:
        due_on = date.fromisoformat(request.form.get("due_on", ""))
    except ValueError as error:
        raise OpinionCaseError(f"due on: expected a day, found {request.form.get('due_on')!r}") from error
    return Assignment(request.form.get("unit", ""), due_on, request.form.get("note", ""))


def _in_words(error: OpinionCaseError) -> str:
    """The sentence for the person at the form."""
    field = str(error).split(":", 1)[0]
    return {
        "unit": gettext("请选择责任单位。"),
        "due on": gettext("请填写答复期限，不早于今天。"),
        "text": gettext("文字最多 1000 字。"),
    }.get(field, gettext("这条意见刚刚有人办理过，请看下面的最新情况。"))


@blueprint.get("/slips/<wave_id>")
def slips(wave_id: str) -> str:
    """Names and contacts; that this account read them is logged."""
    account = signed_in_account()
    key = services().settings.secret_key
    found = read_slips(services().storage, wave_id, account.area, key, current_time(), account.email)
    if found is None:
        abort(404)
    wave, read = found
    return render_template("office/slips.html", wave=wave, page=SLIPS.page(read, request.args))
