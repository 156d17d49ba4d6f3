"""Step 1: a questionnaire as text, copied out of Word or a message, becomes sections and items to be looked through.

Understood is how Chinese questionnaires are usually typed: `1.` `（1）` `Q1` `第1题` before a question, `一、` before a
section (or before a question where nothing else is numbered), `A.` `①` `□` `○` before an answer, several answers in one
line, and notes such as 单选, 可多选, 最多选3项, 填空. A line that is none of these is told and left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from survey.instrument.choice import Scale
from survey.instrument.drafting.draft import Keys
from survey.instrument.missing_words import missing_kind

_CHINESE = "一二三四五六七八九十"
_NUMBERS = {sign: number for number, sign in enumerate(_CHINESE, start=1)}
_HEADING = re.compile(
    rf"(?:第?[{_CHINESE}]{{1,3}}\s*(?:[、.．:：]|部分|章)|[（(][{_CHINESE}]{{1,3}}[)）])\s*[、.．:：]?\s*(?P<text>.+)"
)
_QUESTION = re.compile(
    r"(?:(?:第|[QqＱ]\s*)?(?P<number>\d{1,3})\s*(?:题\s*[、.．:：]?|[、.．)）:：]|\s(?=\D))|[（(](?P<bracketed>\d{1,3})[)）])\s*(?P<text>.+)"
)
_LETTER = r"[A-Ja-jＡ-Ｊ][、.．)）:：]|[（(][A-Ja-j][)）]"
_BOX = r"[□○〇◯◻☐●◆◇▢√]"
_CIRCLED = r"[①-⑳]"
_ANSWER = re.compile(rf"(?:{_LETTER}|{_BOX}|{_CIRCLED})\s*(?P<text>.*)")
_SPLIT = re.compile(rf"(?=(?:(?<=\s)|^)(?:{_LETTER})|{_BOX}|{_CIRCLED})")
_NUMBERED_ANSWERS = re.compile(r"(?:^|\s)[（(]?\d{1,2}\s*[、.．)）]\s*")
_BRACKETS = re.compile(r"[（(【\[]\s*([^（(【\[\])）】]{1,16}?)\s*[)）】\]]")
_SEVERAL = re.compile(r"多选|不定项|多項|多选题|可选多|選多")
_MAXIMUM = re.compile(
    rf"(?:最多|限|至多|不超过)\s*(?:可)?\s*(?:选|選)?\s*(?P<n>\d{{1,2}}|[{_CHINESE}])\s*(?:项|個|个|項)"
)
_NOTES = re.compile(r"单选|單選|多选|多選|不定项|填空|简答|问答|必答|选答|必填|选填|打√|题|項|项|可多选|可选")
_OPEN = re.compile(r"填空|简答|问答|开放|自由填写")
_LINE = re.compile(r"[_＿]{2,}|\.{6,}|…{2,}")
_NUMBER_ASKED = re.compile(r"(多少|几)(岁|年|人|次|口|个月|天)|年龄[是为]?[_＿]{2,}")
_ASKS = re.compile(r"[？?]|吗|呢|什么|多少|哪|是否|如何|[（(【\[][^）)】\]]*[选填题][）)】\]]")
_NONE_OF = re.compile(r"^(以上)?(都没有|均没有|都不|没有参加|没有任何|无|没有|none)", re.IGNORECASE)


@dataclass(frozen=True)
class LeftOver:
    """A line that was not understood, with its number in the text."""

    line: int
    text: str


@dataclass(frozen=True)
class Pasted:
    """What was understood. `sections`: pairs of heading and items, as the data of a questionnaire file."""

    title: str
    sections: tuple[tuple[str, tuple[Keys, ...]], ...]
    left_over: tuple[LeftOver, ...]

    @property
    def items(self) -> tuple[Keys, ...]:
        return tuple(item for _, items in self.sections for item in items)


def read_pasted(text: str, scales: Mapping[str, Scale]) -> Pasted:
    """Read a text; an item whose answers are those of a named scale gets the scale."""
    reading = _Reading(scales)
    lines = [(number, line.strip().replace("\u3000", " ")) for number, line in enumerate(text.splitlines(), start=1)]
    reading.numbered = any(_QUESTION.fullmatch(line) for _, line in lines)
    for number, line in lines:
        if line and not _LINE.fullmatch(line):
            reading.take(number, line)
    reading.end_question()
    sections = tuple((heading, tuple(items)) for heading, items in reading.sections if items)
    return Pasted(reading.title, sections, tuple(reading.left_over))


class _Reading:
    """Goes through the lines once; an open question takes answers until the next question begins."""

    def __init__(self, scales: Mapping[str, Scale]) -> None:
        self.scales = scales
        self.numbered = False
        self.title = ""
        self.sections: list[tuple[str, list[Keys]]] = [("", [])]
        self.left_over: list[LeftOver] = []
        self._question = ""
        self._answers: list[str] = []
        self._number = 0
        self._count = 0

    def take(self, number: int, line: str) -> None:
        question, heading = _QUESTION.fullmatch(line), _HEADING.fullmatch(line)
        if _ANSWER.fullmatch(line) and self._question:
            self._answers += _answers(line)
        elif question and self._is_numbered_answers(line, question):
            self._answers += [part.strip() for part in _NUMBERED_ANSWERS.split(line) if part.strip()]
        elif question:
            self._begin(question["text"], int(question["number"] or question["bracketed"]))
        elif heading and self.numbered:
            self.end_question()
            self.sections.append((heading["text"], []))
        elif heading:
            self._begin(heading["text"], self._number + 1)
        elif not self.title and not self._count and not self._question and number <= 5:
            self.title = line
        else:
            self.left_over.append(LeftOver(number, line))

    def end_question(self) -> None:
        if self._question:
            self._count += 1
            self.sections[-1][1].append(_item(f"q{self._count}", self._question, self._answers, self.scales))
        self._question, self._answers = "", []

    def _begin(self, text: str, number: int) -> None:
        self.end_question()
        first, *answers = [part for part in _SPLIT.split(text) if part.strip()]
        self._question, self._number = first.strip(), number
        self._answers = [answer for part in answers for answer in _answers(part)]

    def _is_numbered_answers(self, line: str, question: "re.Match[str]") -> bool:
        """Whether `1. … 2. …` goes on with the open question: its numbers begin at one, not where the questions are."""
        if not self._question:
            return False
        number = int(question["number"] or question["bracketed"])
        goes_on = number == len(self._answers) + 1
        if number == self._number + 1:
            # Answer or question? Then an answer is short, does not ask, and follows other answers.
            return goes_on and number > 1 and len(question["text"]) <= 12 and not _ASKS.search(line)
        return goes_on or len(_NUMBERED_ANSWERS.findall(line)) > 1


def _answers(line: str) -> Iterator[str]:
    for part in _SPLIT.split(line):
        match = _ANSWER.fullmatch(part.strip())
        if match and match["text"].strip():
            yield match["text"].strip()


def _item(name: str, question: str, answers: Iterable[str], scales: Mapping[str, Scale]) -> Keys:
    labels = [_LINE.sub("", answer).strip(" :：，,；;") or answer for answer in answers]
    notes = " ".join(_BRACKETS.findall(question))
    label = _LINE.sub("", _BRACKETS.sub(_without_note, question)).strip(" *＊:：")
    texts: Keys = {"name": name, "label": {"zh-Hans": label or question}}
    if not labels:
        kind = "integer" if _NUMBER_ASKED.search(question) and not _OPEN.search(notes) else "text"
        return {"type": kind} | texts | ({"appearance": "multiline"} if kind == "text" else {})
    several = bool(_SEVERAL.search(question) or _MAXIMUM.search(question))
    if not several:
        for scale in scales.values():
            if labels == [choice.label.zh_hans for choice in scale.choices]:
                return {"type": f"select_one {scale.name}"} | texts
    item: Keys = {"type": "select_multiple" if several else "select_one"} | texts
    # Where 知道 stands beside it, 不知道 is an answer like any other.
    counts = {"不知道"} if any(label.startswith("知道") for label in labels) else set()
    item["choices"] = [_choice(number, text, several, counts) for number, text in enumerate(labels, start=1)]
    limit = _MAXIMUM.search(question)
    return item | ({"maximum_choices": str(_NUMBERS.get(limit["n"], limit["n"]))} if limit else {})


def _without_note(match: "re.Match[str]") -> str:
    """A remark for the person who sets the form, such as （单选）, is no part of the question."""
    note = match[1]
    return "" if _NOTES.search(note) or _MAXIMUM.search(note) or _SEVERAL.search(note) else match[0]


def _choice(number: int, text: str, several: bool, counts: set[str]) -> Keys:
    kind = None if text in counts else missing_kind(text)
    choice: Keys = {"name": str(number), "label": {"zh-Hans": text}}
    if kind:
        choice["polarity"] = str(kind)
    if several and (kind or _NONE_OF.search(text)):
        choice["exclusive"] = "true"
    return choice
