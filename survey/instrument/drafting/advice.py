"""Step 1: what a careful colleague would say about a questionnaire before it is published: a short list of known traps.

Wording is judged by small lists of words (Chinese); each finding names the item and what it found, a person decides.
Only what makes an item useless blocks publication.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from survey.instrument.choice import Polarity
from survey.instrument.drafting.reachable import never_asked
from survey.instrument.item import Item, Purpose
from survey.instrument.questionnaire import Audience, Questionnaire

SPSS_LABEL = 255  # bytes of a variable's label
SPSS_VALUE_LABEL = 120  # bytes of a value's label
STATA_LABEL = 80  # characters of a variable's label
_LONG_LABEL = 60
_LONG_FORM = 35
_TWO_THINGS = re.compile(r"[\u4e00-\u9fff]{2,}(?P<word>和|与|及|以及|并且|而且|同时)[\u4e00-\u9fff]{2,}")
_JUDGED = re.compile(r"满意|支持|认同|同意|赞成|评价|看法|感受|安全吗|好吗|怎么样|如何")
_LEADING = re.compile(r"难道|众所周知|您一定|大家都|是不是也|显著成效|巨大成就|丰硕成果|大力推进|理应|应当支持|当然")
_ABSOLUTE = re.compile(r"从来不|从不|总是|所有人|一直都|完全没有|任何时候")
_TWICE_NO = re.compile(r"((?<!是)不|没有?|无|未)[^，。？?；]{0,8}(不(?!满意|了解|清楚|知道)|没有|无法|未)")
_VAGUE = re.compile(r"经常|最近(?!一次)|有时|偶尔|近来|平时常")


class Advice(StrEnum):
    """Kinds of findings; the pages say each in words."""

    NEVER_ASKED = "never_asked"
    TWO_THINGS = "two_things"
    LEADING = "leading"
    ABSOLUTE = "absolute"
    TWICE_NO = "twice_no"
    VAGUE = "vague"
    LONG_LABEL = "long_label"
    SAME_LABEL = "same_label"
    SAME_CHOICE = "same_choice"
    UNBALANCED = "unbalanced"
    NO_DONT_KNOW = "no_dont_know"
    NO_POLARITY = "no_polarity"
    NO_INDICATOR = "no_indicator"
    REQUIRED = "required"
    SPSS_LABEL = "spss_label"
    SPSS_CHOICE = "spss_choice"
    STATA_LABEL = "stata_label"
    NOT_IN_ENGLISH = "not_in_english"
    NO_AGE = "no_age"
    NO_SEX = "no_sex"
    NO_AREA = "no_area"
    NO_AGE_LIMIT = "no_age_limit"
    LONG_FORM = "long_form"


@dataclass(frozen=True)
class Finding:
    """One finding; `item` is empty for the whole form, `found` is the words or the number that it is about."""

    kind: Advice
    item: str = ""
    found: str = ""

    @property
    def blocks(self) -> bool:
        return self.kind is Advice.NEVER_ASKED


def advise(questionnaire: Questionnaire) -> tuple[Finding, ...]:
    """Every finding: what blocks first, then item by item, then the form as a whole."""
    findings = [
        Finding(Advice.NEVER_ASKED, i.name, i.relevant.source) for i in never_asked(questionnaire) if i.relevant
    ]
    for section in questionnaire.sections:
        if section.audience is Audience.RESPONDENT:
            for item in section.items:
                findings += _on_wording(item)
                findings += _on_choices(item)
                findings += _on_labels_of_files(item)
    return (*findings, *_on_form(questionnaire))


def _on_wording(item: Item) -> Iterator[Finding]:
    label = item.label.zh_hans
    two = _TWO_THINGS.search(label)
    if two and item.is_select and _JUDGED.search(label):
        yield Finding(Advice.TWO_THINGS, item.name, two["word"])
    for kind, words in (
        (Advice.LEADING, _LEADING),
        (Advice.ABSOLUTE, _ABSOLUTE),
        (Advice.TWICE_NO, _TWICE_NO),
        (Advice.VAGUE, _VAGUE),
    ):
        found = words.search(label) if item.is_asked_for else None
        if found:
            yield Finding(kind, item.name, found[0])
    if item.is_asked_for and len(label) > _LONG_LABEL:
        yield Finding(Advice.LONG_LABEL, item.name, str(len(label)))


def _on_choices(item: Item) -> Iterator[Finding]:
    polarities = Counter(choice.polarity for choice in item.choices)
    good, bad = polarities[Polarity.POSITIVE], polarities[Polarity.NEGATIVE]
    if good + bad and good != bad:
        yield Finding(Advice.UNBALANCED, item.name, f"{good}:{bad}")
    if good and bad and not polarities[Polarity.DONT_KNOW] and _JUDGED.search(item.label.zh_hans):
        yield Finding(Advice.NO_DONT_KNOW, item.name)
    if item.purpose is Purpose.INDICATOR and item.is_select and not good and not item.exclusive_codes:
        yield Finding(Advice.NO_POLARITY, item.name)
    if item.purpose is Purpose.INDICATOR and not item.indicator:
        yield Finding(Advice.NO_INDICATOR, item.name)
    labels = Counter(choice.label.zh_hans for choice in item.choices)
    for label in (label for label, count in labels.items() if count > 1):
        yield Finding(Advice.SAME_CHOICE, item.name, label)
    if item.required and item.purpose is not Purpose.SCREENING:
        yield Finding(Advice.REQUIRED, item.name)


def _on_labels_of_files(item: Item) -> Iterator[Finding]:
    """Labels that SPSS and Stata would cut."""
    label = item.label.zh_hans
    if not item.is_asked_for:
        return
    if len(label.encode()) > SPSS_LABEL:
        yield Finding(Advice.SPSS_LABEL, item.name, str(len(label.encode())))
    if len(label) > STATA_LABEL:
        yield Finding(Advice.STATA_LABEL, item.name, str(len(label)))
    for choice in item.choices:
        if len(choice.label.zh_hans.encode()) > SPSS_VALUE_LABEL:
            yield Finding(Advice.SPSS_CHOICE, item.name, choice.label.zh_hans)


def _on_form(questionnaire: Questionnaire) -> Iterator[Finding]:
    labels = Counter(item.label.zh_hans for item in questionnaire.asked_items)
    for item in questionnaire.asked_items:
        if labels[item.label.zh_hans] > 1:
            yield Finding(Advice.SAME_LABEL, item.name, item.label.zh_hans)
    purposes = {item.purpose for item in questionnaire.items}
    for kind, purpose in (
        (Advice.NO_AGE, Purpose.AGE),
        (Advice.NO_SEX, Purpose.SEX),
        (Advice.NO_AREA, Purpose.AREA),
    ):
        if purpose not in purposes:
            yield Finding(kind)
    if questionnaire.minimum_age is None:
        yield Finding(Advice.NO_AGE_LIMIT)
    if "en" not in questionnaire.languages:
        yield Finding(Advice.NOT_IN_ENGLISH)
    if len(questionnaire.asked_items) > _LONG_FORM:
        yield Finding(Advice.LONG_FORM, found=str(len(questionnaire.asked_items)))
