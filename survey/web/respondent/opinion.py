"""The opinion box: an opinion about a place, masked and stored once; the page of its tracking code."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.opinion.judge_reply import judge_reply
from survey.actions.opinion.send_opinion import find_opinion as look_up
from survey.actions.opinion.send_opinion import send_opinion
from survey.invitation.code import spaced
from survey.opinion.opinion import TEXT_LIMIT, OpinionState, Topic
from survey.opinion.opinion_case import OpinionCaseError
from survey.opinion.personal_data import holds_personal_data
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.web.areas import by_street
from survey.web.i18n import current_time, gettext, use_language
from survey.web.look import Look, find_look, preferred_look
from survey.web.opinion_words import STATES, TOPICS
from survey.web.respondent.after import Problem, chosen_look, frame_of, is_sent, ticket_of, today, wave_of
from survey.web.services import services


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/w/<wave_id>/opinion/<look:look>", "opinion", write_opinion, methods=["GET", "POST"])
    blueprint.add_url_rule("/o", "find_opinion", find_opinion, methods=["POST"])
    for rule in ("/o/<typed>", "/o/<typed>/<look:look>"):
        blueprint.add_url_rule(rule, "show_opinion", show_opinion)
    blueprint.add_url_rule("/o/<typed>/<look:look>", "judge_opinion", judge_opinion, methods=["POST"])


def write_opinion(wave_id: str, look: Look) -> ResponseReturnValue:
    """The box; what is sent is stored and its page with the tracking code is shown."""
    wave, areas = wave_of(wave_id)
    look = chosen_look(look)
    typed = {name: request.form.get(name, "") for name in ("text", "topic", "area")}
    typed["text"] = typed["text"].replace("\r\n", "\n")
    problems = _problems(typed, areas) if is_sent() else []
    if not is_sent() or problems:
        page = render_template(
            "respondent/opinion.html",
            **frame_of(wave, look, "opinion"),
            typed=typed,
            problems=problems,
            topics=[(topic.value, TOPICS[topic]) for topic in Topic],
            areas=by_street(areas),
            whole=_whole(areas),
            limit=TEXT_LIMIT,
        )
        return page, 422 if problems else 200
    ticket = ticket_of("opinion", wave)
    code = send_opinion(
        services().storage,
        id_=ticket.id,
        wave=wave.id,
        topic=Topic(typed["topic"]),
        area=typed["area"] or _whole(areas).code,
        text=typed["text"],
        language=look.language,
        today=today(),
    )
    note = "masked" if holds_personal_data(typed["text"]) else None
    return redirect(url_for("respondent.show_opinion", typed=code, look=look, note=note), 303)


def show_opinion(typed: str, look: Look | None = None) -> ResponseReturnValue:
    """What became of an opinion: its state and the reply; the text itself stays with the office."""
    look = look or preferred_look()
    use_language(look.language)
    found = look_up(services().storage, typed[:40])
    if found is None:
        return render_template("respondent/opinion_unknown.html", typed_opinion=typed[:40]), 404
    written, wave = found
    return render_template(
        "respondent/opinion_state.html",
        look=look,
        wave=wave,
        opinion=written,
        code=spaced(written.code),
        topic=TOPICS[written.topic],
        state=STATES[written.state],
        steps=_steps(written.state),
        answered=written.state is OpinionState.ANSWERED,
        limit=TEXT_LIMIT,
        masked=request.args.get("note") == "masked",
        switch_base=f"/o/{written.code}/",
    )


def judge_opinion(typed: str, look: Look) -> ResponseReturnValue:
    """Solved or not: the writer's word, once for each reply. What came too late shows the page as it is now."""
    use_language(look.language)
    text = request.form.get("text", "").replace("\r\n", "\n")[:TEXT_LIMIT]
    try:
        judge_reply(
            services().storage, typed[:40], solved=request.form.get("go") == "solved", text=text, now=current_time()
        )
    except OpinionCaseError:
        return show_opinion(typed, look)
    return redirect(url_for("respondent.show_opinion", typed=typed, look=look), 303)


def find_opinion() -> ResponseReturnValue:
    """From the box to the page of a tracking code."""
    look = find_look(request.form.get("look", "")) or preferred_look()
    use_language(look.language)
    typed = "".join(request.form.get("opinion", "")[:40].split())
    if not typed.isalnum() or not typed.isascii():
        return render_template("respondent/opinion_unknown.html", typed_opinion=typed), 404
    return redirect(url_for("respondent.show_opinion", typed=typed.upper(), look=look), 303)


def _steps(state: OpinionState) -> list[tuple[str, bool]]:
    """Received, in hand, answered, and the writer's word when there is one; with whether each was reached."""
    way = [OpinionState.RECEIVED, OpinionState.HANDLING, OpinionState.ANSWERED]
    if state not in way:
        way.append(state)
    return [(STATES[step], way.index(step) <= way.index(state)) for step in way]


def _problems(typed: dict[str, str], areas: AreaTree) -> list[Problem]:
    problems = []
    length = len(typed["text"].strip())
    if typed["topic"] not in set(Topic):
        problems.append(Problem("topic", gettext("请选一个类别。")))
    if not length:
        problems.append(Problem("text", gettext("请写下您的意见。")))
    elif length > TEXT_LIMIT:
        message = gettext("意见最多 %(n)s 字，现在是 %(found)s 字。", n=TEXT_LIMIT, found=length)
        problems.append(Problem("text", message))
    if typed["area"] and typed["area"] not in areas.by_code:
        problems.append(Problem("area", gettext("请从名单里选一个地方。")))
    return problems


def _whole(areas: AreaTree) -> Area:
    return areas.at(AreaLevel.DISTRICT)[0]
