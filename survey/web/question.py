"""One item as the partials of `templates/items/` show it, to residents and in the app of the workers."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from survey.instrument.choice import Polarity
from survey.instrument.item import Item
from survey.instrument.text import Text


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

    @property
    def can_refuse(self) -> bool:
        """Whether a choice says "I would rather not answer", so that leaving the item out needs other words."""
        return bool(self.item.codes_of(Polarity.REFUSED))


@dataclass(frozen=True)
class QuestionSection:
    name: str
    label: Text
    questions: tuple[Question, ...]
