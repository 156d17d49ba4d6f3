"""Step 1: what may stand in the files of the questionnaires folder (pydantic), and how a misfit becomes a Fault.

Pydantic finds every misfit of a file at once and knows its key path; `fit` turns paths into lines and gives the remedy.
"""

import re
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from survey.instrument.choice import CODE_PATTERN, Polarity
from survey.instrument.fault import Fault
from survey.instrument.item import NAME_PATTERN, Purpose
from survey.instrument.population import Population
from survey.instrument.questionnaire import Audience
from survey.instrument.source import Origin, texts_in
from survey.instrument.text import LANGUAGES, Text
from survey.instrument.traditional import with_traditional

_FURTHER = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")


def _language(tag: str) -> str:
    """One of the three, or a further language: its tag without a region, and no other spelling of Chinese."""
    if tag in LANGUAGES or (_FURTHER.fullmatch(tag) and not tag.startswith("zh")):
        return tag
    raise ValueError(f"{', '.join(LANGUAGES)}, or the tag of a further language (ug, bo)")


Language = Annotated[str, AfterValidator(_language)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


def _with_simplified(labels: dict[Language, str]) -> dict[Language, str]:
    if "zh-Hans" not in labels:
        raise ValueError("a label in zh-Hans")
    return labels


Labels = Annotated[dict[Language, Words], AfterValidator(_with_simplified)]
Name = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN.pattern}$")]
Code = Annotated[str, StringConstraints(pattern=f"^{CODE_PATTERN.pattern}$")]
# An empty value switches an included item's condition off.
Expression = Annotated[str | None, BeforeValidator(lambda written: written or None)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChoiceShape(Shape):
    name: Code
    label: Labels
    polarity: Polarity | None = None
    coefficient: Annotated[float, Field(ge=0, le=100)] | None = None
    exclusive: bool = False


class ScaleShape(Shape):
    label: Labels
    choices: Annotated[list[ChoiceShape], Field(min_length=1)]


class MinimumAgeShape(Shape):
    years: Annotated[int, Field(ge=1, le=120)]
    stop: Words
    label: Labels


class ItemShape(Shape):
    """`type` is XLSForm's: `select_one SAT5` names a scale, plain `select_one` has its own choices."""

    type: Words
    name: Name
    label: Labels
    hint: Labels | None = None
    required: bool = False
    relevant: Expression = None
    constraint: Expression = None
    constraint_message: Labels | None = None
    choices: tuple[ChoiceShape, ...] = ()
    appearance: str = ""
    maximum_choices: Annotated[int, Field(ge=1)] | None = None
    maximum_length: Annotated[int, Field(ge=1, le=5000)] | None = None
    purpose: Purpose = Purpose.NONE
    indicator: str = ""
    minimum_age: MinimumAgeShape | None = None


class SectionShape(Shape):
    """The items stay plain here: each is fitted on its own, after what it includes was put in."""

    name: Name
    label: Labels
    audience: Audience = Audience.RESPONDENT
    items: Annotated[list[dict[str, Any]], Field(min_length=1)]


class QuestionnaireShape(Shape):
    name: Name
    version: Annotated[int, Field(ge=1)]
    title: Labels
    population: Population
    languages: Annotated[list[Language], Field(min_length=1)]
    context: dict[Name, list[Name]] = Field(default_factory=dict)
    in_population: Expression = None
    randomize: list[Name] = Field(default_factory=list)
    sections: Annotated[list[dict[str, Any]], Field(min_length=1)]


ShapeT = TypeVar("ShapeT", bound=Shape)

_EXPECTED = {
    "missing": "this key",
    "bool_parsing": "true or false",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "list_type": "a list (lines that begin with -)",
    "tuple_type": "a list (lines that begin with -)",
    "dict_type": "keys and values",
    "string_type": "text",
    "too_short": "at least one entry",
    "string_too_short": "words",
}
_REMEDIES = {
    "missing": "add it",
    "extra_forbidden": "correct the spelling or remove the line",
    "string_pattern_mismatch": "names: a small letter, then small letters, digits or _; codes: digits in quotes",
}


def fit(shape: type[ShapeT], data: Any, origin: Origin, thing: str = "") -> tuple[ShapeT | None, list[Fault]]:
    """The data as `shape`, or every misfit as a fault. `thing` names what the data describe ("item a1")."""
    try:
        return shape.model_validate(data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    return None, [_fault(shape, detail, origin, thing) for detail in details]


def faults_of_languages(data: object, origin: Origin, languages: tuple[str, ...]) -> list[Fault]:
    """Texts in a language that the questionnaire does not name."""
    known = {*LANGUAGES, *languages}
    expected, remedy = "a language of the file", "add it to languages"
    return [
        origin.fault((*path, tag), ".".join(map(str, (*path, tag))), expected, tag, remedy)
        for path, labels in texts_in(data)
        for tag in labels
        if tag not in known
    ]


def faults_of_texts(data: object, origin: Origin, languages: tuple[str, ...]) -> list[Fault]:
    """Texts that lack a language. The shapes ask for zh-Hans already, and zh-Hant is filled in where it is missing."""
    wanted = [language for language in languages if language not in ("zh-Hans", "zh-Hant")]
    return [
        origin.fault(path, ".".join(map(str, path)), f"a label in {language}", "none", f"add {language}: …")
        for path, labels in texts_in(data)
        for language in wanted
        if not labels.get(language)
    ]


def as_text(labels: Labels) -> Text:
    """The labels as a Text, traditional Chinese filled in where the author wrote none."""
    return with_traditional({str(language): label for language, label in labels.items()})


def close_match(word: str, known: list[str]) -> str:
    """` (did you mean …?)` when one of the known words is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"


def _fault(shape: type[Shape], detail: ErrorDetails, origin: Origin, thing: str) -> Fault:
    kind = detail["type"]
    where = tuple(part for part in detail["loc"] if part != "[key]")
    name = " ".join(part for part in (thing, ".".join(str(part) for part in where)) if part)
    if kind == "extra_forbidden":
        known = list(shape.model_fields) if len(where) == 1 else []
        expected = "no such key" + (f" ({close_match(str(where[-1]), known)})" if known else "")
        return origin.fault(where, name, expected, "it", _REMEDIES[kind])
    expected = _EXPECTED.get(kind) or _plain(detail["msg"])
    found = "nothing" if kind == "missing" else repr(detail["input"])[:60]
    return origin.fault(where, name, expected, found, _REMEDIES.get(kind, "correct the value"))


def _plain(message: str) -> str:
    return message.removeprefix("Input should be ").removeprefix("Value error, ")
