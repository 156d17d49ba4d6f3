"""One item as the partials of `templates/items/` show it, to residents and in the app of the workers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from survey.instrument.choice import Polarity
from survey.instrument.item import Item
from survey.instrument.text import Text
from survey.opinion.personal_data import PATTERNS


@dataclass(frozen=True)
class Question:
    """One item on a page. `number` is None for a note; `values` are the posted strings; `only_if` a sentence."""

    item: Item
    number: int | None
    values: Sequence[str] = ()
    messages: Sequence[str] = ()
    only_if: str = ""

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def template(self) -> str:
        return f"items/{self.item.type}.html"

    def described(self, solo: bool) -> Markup:
        """The attribute that ties the field to its condition, hint and messages; on a page of its own no condition."""
        parts = {"only": self.only_if and not solo, "hint": self.item.hint, "error": self.messages}
        ids = " ".join(f"{self.item.name}-{part}" for part, there in parts.items() if there)
        return Markup(' aria-describedby="{}"').format(ids) if ids else Markup()

    def place(self, solo: bool) -> Markup:
        """The attributes by which a script hides the item while its condition does not hold."""
        if solo:
            return Markup()
        named = Markup(' data-item="{}"').format(self.item.name)
        if self.item.relevant is None or not self.only_if:
            return named
        return named + Markup(' data-relevant="{}"').format(json.dumps(self.item.relevant.tree))

    @property
    def personal_patterns(self) -> str:
        """What looks like a number of a person, for the script that warns while one writes."""
        return json.dumps([pattern.pattern for pattern in PATTERNS])

    @property
    def can_refuse(self) -> bool:
        """Whether a choice says "I would rather not answer", so that leaving the item out needs other words."""
        return bool(self.item.codes_of(Polarity.REFUSED))


@dataclass(frozen=True)
class QuestionSection:
    name: str
    label: Text
    questions: tuple[Question, ...]
