"""Step 1: what an XLSForm says and our questionnaires have no word for. Listed for a person, never dropped silently."""

from dataclasses import dataclass
from enum import StrEnum


class Loss(StrEnum):
    """What kind of thing is lost or changed. Pages have a sentence for each, commands the one of `_WORDS`."""

    QUESTION_TYPE = "question_type"
    METADATA = "metadata"
    REPEAT = "repeat"
    COLUMN = "column"
    SETTING = "setting"
    CONDITION = "condition"
    REQUIRED = "required"
    HEADING = "heading"
    PIPING = "piping"
    LANGUAGE = "language"
    INCOMPLETE = "incomplete"
    BORROWED = "borrowed"
    RENAMED = "renamed"
    RECODED = "recoded"


@dataclass(frozen=True)
class NotKept:
    """`where` names sheet, row and column; `found` is what stands there, `instead` what becomes of it."""

    where: str
    loss: Loss
    found: str
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {_WORDS[self.loss].format(found=self.found, instead=self.instead)}"


_WORDS = {
    Loss.QUESTION_TYPE: "a question of type {found}: left out",
    Loss.METADATA: "{found}: left out, the server notes times and devices itself",
    Loss.REPEAT: "repeat {found}: left out with everything in it",
    Loss.COLUMN: "{found}: left out",
    Loss.SETTING: "setting {found}: left out",
    Loss.CONDITION: "condition {found}: left out ({instead}); the question is asked without it",
    Loss.REQUIRED: "required {found}: left out, only yes and no are known",
    Loss.HEADING: "heading {found}: left out, sections do not stand in one another",
    Loss.PIPING: "{found}: becomes …, answers are not put into texts",
    Loss.LANGUAGE: "language {found}: left out",
    Loss.INCOMPLETE: "language {found}: not offered until every text has it, missing: {instead}",
    Loss.BORROWED: "no Chinese text: {found} stands in its place, translate it",
    Loss.RENAMED: "name {found}: kept as {instead}",
    Loss.RECODED: "codes {found}: kept as {instead}",
}
