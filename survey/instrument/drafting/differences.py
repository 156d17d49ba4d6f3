"""Step 1: what differs between two versions of a questionnaire, and where a rate is no longer the same rate."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from survey.instrument.choice import Choice
from survey.instrument.item import Item
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    TYPE = "type"
    LABEL = "label"
    TRANSLATION = "translation"
    HINT = "hint"
    CHOICE_ADDED = "choice_added"
    CHOICE_REMOVED = "choice_removed"
    CHOICE_LABEL = "choice_label"
    CHOICE_MEANING = "choice_meaning"
    CONDITION = "condition"
    REQUIRED = "required"
    LIMIT = "limit"
    INDICATOR = "indicator"


# After one of these, results before and after are not results of the same question.
_BREAKING = {
    Change.REMOVED,
    Change.TYPE,
    Change.LABEL,
    Change.CHOICE_ADDED,
    Change.CHOICE_REMOVED,
    Change.CHOICE_LABEL,
    Change.CHOICE_MEANING,
    Change.CONDITION,
    Change.INDICATOR,
}


@dataclass(frozen=True)
class Difference:
    """One change of one item; `indicator` is the one that the item fed before, `before` and `after` are for reading."""

    item: str
    change: Change
    before: str = ""
    after: str = ""
    indicator: str = ""

    @property
    def breaks(self) -> bool:
        """Whether a trend of the item's indicator breaks here."""
        return bool(self.indicator) and self.change in _BREAKING


def differences(before: Questionnaire, after: Questionnaire) -> tuple[Difference, ...]:
    """Every difference: in the order of the newer version, then what is gone."""
    found: list[Difference] = []
    order = [item.name for item in before.items if item.name in after]
    now = [item.name for item in after.items if item.name in before]
    moved = _moved(order, now)
    for item in after.items:
        if item.name not in before:
            found.append(Difference(item.name, Change.ADDED, after=item.label.zh_hans))
            continue
        old = before.item(item.name)
        if item.name in moved:
            found.append(Difference(item.name, Change.MOVED, indicator=old.indicator))
        found += _of_item(old, item)
    found += [
        Difference(item.name, Change.REMOVED, before=item.label.zh_hans, indicator=item.indicator)
        for item in before.items
        if item.name not in after
    ]
    return tuple(found)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """The fewest names that have to move to turn one order into the other: those outside a longest common order."""
    place = {name: number for number, name in enumerate(before)}
    chains: list[list[str]] = []
    for name in after:
        before_it = [chain for chain in chains if place[chain[-1]] < place[name]]
        chains.append([*_longest(before_it), name])
    return set(after) - set(_longest(chains))


def _longest(chains: list[list[str]]) -> list[str]:
    return max(chains, key=len) if chains else []


def _of_item(old: Item, new: Item) -> Iterator[Difference]:
    def told(change: Change, before: str, after: str) -> Difference:
        return Difference(new.name, change, before, after, old.indicator)

    if old.type is not new.type:
        yield told(Change.TYPE, str(old.type), str(new.type))
    if old.label.zh_hans != new.label.zh_hans:
        yield told(Change.LABEL, old.label.zh_hans, new.label.zh_hans)
    elif old.label != new.label:
        yield told(Change.TRANSLATION, *_translations(old.label, new.label))
    if old.hint != new.hint:
        yield told(Change.HINT, old.hint.zh_hans if old.hint else "", new.hint.zh_hans if new.hint else "")
    codes = {choice.code: choice for choice in old.choices}
    for choice in new.choices:
        yield from _of_choice(codes.pop(choice.code, None), choice, new.name, old.indicator)
    for choice in codes.values():
        yield told(Change.CHOICE_REMOVED, f"{choice.code} {choice.label.zh_hans}", "")
    before, after = (item.relevant.source if item.relevant else "" for item in (old, new))
    if before != after:
        yield told(Change.CONDITION, before, after)
    if old.required != new.required:
        yield told(Change.REQUIRED, "", "")
    limits = [(item.maximum_choices, item.maximum_length, item.constraint) for item in (old, new)]
    if limits[0] != limits[1]:
        yield told(Change.LIMIT, *(_limit(item) for item in (old, new)))
    if old.indicator != new.indicator:
        yield told(Change.INDICATOR, old.indicator, new.indicator)


def _of_choice(old: Choice | None, new: Choice, item: str, indicator: str) -> Iterator[Difference]:
    if old is None:
        yield Difference(item, Change.CHOICE_ADDED, after=f"{new.code} {new.label.zh_hans}", indicator=indicator)
        return
    if old.label.zh_hans != new.label.zh_hans:
        before, after = (f"{choice.code} {choice.label.zh_hans}" for choice in (old, new))
        yield Difference(item, Change.CHOICE_LABEL, before, after, indicator)
    if (old.polarity, old.coefficient, old.exclusive) != (new.polarity, new.coefficient, new.exclusive):
        before, after = (f"{choice.code} {choice.polarity or ''} {_coefficient(choice)}" for choice in (old, new))
        yield Difference(item, Change.CHOICE_MEANING, before.strip(), after.strip(), indicator)


def _translations(old: Text, new: Text) -> tuple[str, str]:
    before, after = old.to_mapping(), new.to_mapping()
    tags = [tag for tag in sorted({*before, *after}) if before.get(tag) != after.get(tag)]

    def told(texts: dict[str, str]) -> str:
        return "; ".join(f"{tag}: {texts.get(tag, '')}" for tag in tags)

    return told(before), told(after)


def _coefficient(choice: Choice) -> str:
    return "" if choice.coefficient is None else f"{choice.coefficient:g}"


def _limit(item: Item) -> str:
    parts = [item.maximum_choices, item.maximum_length, item.constraint.source if item.constraint else None]
    return " ".join(str(part) for part in parts if part is not None)
