"""Step 3 to 4: what came from a form becomes canonical answers, or faults: the one check of answers, for every mode.

Absent = not asked, None = not answered; don't know, refused and not applicable are choices with that polarity.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final, TypeAlias

from survey.instrument.choice import Polarity
from survey.instrument.evaluate import evaluate
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire

AnswerValue: TypeAlias = str | int | list[str] | None
INTEGER_PATTERN = re.compile(r"[+-]?[0-9]{1,9}")
AREA_PATTERN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,31}")


class NotAsked(Enum):
    """The value of an item that its condition left out: `answers.get(name, NOT_ASKED)`."""

    NOT_ASKED = "not_asked"


NOT_ASKED: Final = NotAsked.NOT_ASKED


class MissingKind(StrEnum):
    """The five kinds of missing, stored apart."""

    NOT_ASKED = "not_asked"
    NOT_ANSWERED = "not_answered"
    DONT_KNOW = "dont_know"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


_MISSING_POLARITIES = {
    Polarity.DONT_KNOW: MissingKind.DONT_KNOW,
    Polarity.REFUSED: MissingKind.REFUSED,
    Polarity.NOT_APPLICABLE: MissingKind.NOT_APPLICABLE,
}


class AnswerFaultKey(StrEnum):
    """What can be wrong with an answer; the web layer has a sentence for each, filled from `AnswerFault.parameters`."""

    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_AREA = "unknown_area"
    MORE_THAN_ONE = "more_than_one"
    TOO_MANY_CHOICES = "too_many_choices"
    EXCLUSIVE_CHOICE = "exclusive_choice"
    TEXT_TOO_LONG = "text_too_long"
    NOT_AN_INTEGER = "not_an_integer"
    CONSTRAINT = "constraint"
    REQUIRED = "required"


@dataclass(frozen=True)
class AnswerFault:
    """One thing wrong with one item. The item's own `constraint_message` goes with the key `constraint`."""

    item: str
    key: AnswerFaultKey
    parameters: Mapping[str, str | int] = field(default_factory=dict)


class AnswerError(ValueError):
    """Raised while one item is read; becomes an AnswerFault."""

    def __init__(self, key: AnswerFaultKey, **parameters: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.parameters = parameters


@dataclass(frozen=True)
class ReadAnswers:
    """The result of reading a form. Store the answers only if `faults` is empty and `stopped_at` is None.

    `answers`: item name to a code, several codes in the questionnaire's order, an integer or a text.
    `stopped_at` is the item whose under-age stop ended the form: the answers are empty then, and nothing may be kept.
    """

    answers: Mapping[str, AnswerValue]
    faults: tuple[AnswerFault, ...] = ()
    stopped_at: Item | None = None


def read_answers(
    questionnaire: Questionnaire,
    raw: Mapping[str, Sequence[str]],
    *,
    context: Mapping[str, str] | None = None,
    areas: Container[str] | None = None,
) -> ReadAnswers:
    """Check and canonise one form; every fault of the form is reported, in the order of the items.

    `raw`: item name to the strings posted; `context`: what the access code carries; `areas`: codes of the area tree
    (left out: only their spelling is checked). An item that its condition leaves out is not asked, whatever was posted.
    """
    known = dict(context or {})
    values: dict[str, AnswerValue] = {}
    unknown = sorted(raw.keys() - questionnaire.answer_names)
    faults = [AnswerFault(name, AnswerFaultKey.UNKNOWN_ITEM) for name in unknown]
    for item in questionnaire.asked_items:
        if item.relevant and not evaluate(item.relevant.tree, known):
            continue
        try:
            values[item.name] = _read_item(item, raw.get(item.name, ()), known, areas)
        except AnswerError as error:
            values[item.name] = None
            faults.append(AnswerFault(item.name, error.key, error.parameters))
        known[item.name] = as_expression_text(values[item.name])
        if item.minimum_age and evaluate(item.minimum_age.stop.tree, known, known[item.name]):
            return ReadAnswers({}, stopped_at=item)
    return ReadAnswers(values, tuple(faults))


def missing_kind(item: Item, value: AnswerValue | NotAsked) -> MissingKind | None:
    """Which of the five kinds of missing the value is; None if it is an answer."""
    if isinstance(value, NotAsked):
        return MissingKind.NOT_ASKED
    if value is None:
        return MissingKind.NOT_ANSWERED
    codes = value if isinstance(value, list) else [str(value)]
    polarities = {choice.polarity for choice in item.choices if choice.code in codes}
    if len(polarities) != 1:
        return None
    polarity = polarities.pop()
    return _MISSING_POLARITIES.get(polarity) if polarity else None


def as_expression_text(value: AnswerValue) -> str:
    """A value as conditions see it: empty for no answer, codes joined by spaces."""
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else str(value)


def _read_item(
    item: Item, posted: Sequence[str], known: Mapping[str, str], areas: Container[str] | None
) -> AnswerValue:
    if item.type is ItemType.SELECT_ONE and not item.constraint and len(posted) == 1 and posted[0] in item.codes:
        return posted[0]  # as nearly every answer is: a code of the form, and nothing to be cleaned
    given = [clean for clean in (_clean(one) for one in posted) if clean]
    if not given:
        if item.required:
            raise AnswerError(AnswerFaultKey.REQUIRED)
        return None
    if item.type is not ItemType.SELECT_MULTIPLE and len(given) > 1:
        raise AnswerError(AnswerFaultKey.MORE_THAN_ONE)
    value = _read_area(given[0], areas) if item.type is ItemType.AREA else _READERS[item.type](item, given)
    if item.constraint:
        current = as_expression_text(value)
        if not evaluate(item.constraint.tree, {**known, item.name: current}, current):
            raise AnswerError(AnswerFaultKey.CONSTRAINT)
    return value


def _read_choice(item: Item, given: list[str]) -> str:
    if given[0] not in item.codes:
        raise AnswerError(AnswerFaultKey.UNKNOWN_CODE, code=given[0][:20])
    return given[0]


def _read_choices(item: Item, given: list[str]) -> list[str]:
    for code in given:
        if code not in item.codes:
            raise AnswerError(AnswerFaultKey.UNKNOWN_CODE, code=code[:20])
    chosen = [choice.code for choice in item.choices if choice.code in given]
    if len(chosen) > 1 and not item.exclusive_codes.isdisjoint(chosen):
        alone = next(code for code in chosen if code in item.exclusive_codes)
        raise AnswerError(AnswerFaultKey.EXCLUSIVE_CHOICE, code=alone)
    if item.maximum_choices and len(chosen) > item.maximum_choices:
        raise AnswerError(AnswerFaultKey.TOO_MANY_CHOICES, maximum=item.maximum_choices, found=len(chosen))
    return chosen


def _read_text(item: Item, given: list[str]) -> str:
    if len(given[0]) > item.length_limit:
        raise AnswerError(AnswerFaultKey.TEXT_TOO_LONG, maximum=item.length_limit, found=len(given[0]))
    return given[0]


def _read_integer(_item: Item, given: list[str]) -> int:
    # Chinese keyboards write full-width digits; NFKC makes them ordinary ones.
    written = unicodedata.normalize("NFKC", given[0])
    if not INTEGER_PATTERN.fullmatch(written):
        raise AnswerError(AnswerFaultKey.NOT_AN_INTEGER, found=given[0][:20])
    return int(written)


_READERS: dict[ItemType, Callable[[Item, list[str]], AnswerValue]] = {
    ItemType.SELECT_ONE: _read_choice,
    ItemType.SELECT_MULTIPLE: _read_choices,
    ItemType.TEXT: _read_text,
    ItemType.INTEGER: _read_integer,
}


def _read_area(code: str, areas: Container[str] | None) -> str:
    if not AREA_PATTERN.fullmatch(code) or (areas is not None and code not in areas):
        raise AnswerError(AnswerFaultKey.UNKNOWN_AREA, code=code[:32])
    return code


def _clean(text: str) -> str:
    """One spelling for what browsers and apps send differently, and nothing that XML, SQL or UTF-8 cannot hold.

    Line ends become \\n, composed characters NFC; control characters, lone surrogates and non-characters go.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in lines if c in "\n\t" or _is_storable(c)).strip()


def _is_storable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in "\ufffe\uffff"
