"""The draft as a resident will see it: the real partials of the items, in every language; nothing is stored."""

from flask import Blueprint, Response, make_response, render_template, request

from survey.instrument.item import Item
from survey.instrument.questionnaire import Audience, Questionnaire
from survey.web.condition_words import words_of_condition
from survey.web.headers import CONTENT_SECURITY_POLICY
from survey.web.i18n import NATIVE_NAMES, page_language, use_language
from survey.web.office.drafting.found import found_draft
from survey.web.question import Question, QuestionSection
from survey.web.services import services

# The editor shows this page in a frame; nobody else may.
_FRAMED_BY_US = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<draft>/preview", "preview", preview, methods=["GET"])


def preview(draft: str) -> Response:
    """All items on one page; `?language=en` chooses the language of the questions."""
    from survey.actions.instrument.check_draft import newest_that_compiles  # YAML and grammar load only here

    read = found_draft(draft)
    shown = newest_that_compiles(services().settings.questionnaires, read)
    tags = [tag for tag in read.state.data["languages"] if tag in NATIVE_NAMES]
    wanted = request.args.get("language", "")
    use_language(wanted if wanted in tags else page_language())
    page = render_template(
        "office/drafting/preview.html",
        read=read,
        shown=shown[0] if shown else None,
        as_it_stands=shown is not None and shown[1],
        sections=_sections(shown[0]) if shown else (),
        tags={tag: NATIVE_NAMES[tag] for tag in tags},
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = _FRAMED_BY_US
    return answer


def _sections(questionnaire: Questionnaire) -> list[QuestionSection]:
    numbered: dict[str, tuple[int, Item]] = {}
    sections = []
    for section in questionnaire.sections:
        if section.audience is not Audience.RESPONDENT:
            continue
        questions = []
        for item in section.items:
            number = len(numbered) + 1 if item.is_asked_for else None
            only_if = words_of_condition(item.relevant.tree, numbered) if item.relevant else ""
            if number is not None:
                numbered[item.name] = (number, item)
            questions.append(Question(item, number, only_if=only_if))
        sections.append(QuestionSection(section.name, section.label, tuple(questions)))
    return sections
