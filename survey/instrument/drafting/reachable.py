"""Step 1: can an item ever be asked? Its condition is tried with every combination of the answers that it looks at."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from math import prod

from survey.instrument.condition import Tree
from survey.instrument.evaluate import evaluate
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire

_TRIED_AT_MOST = 50_000


def never_asked(questionnaire: Questionnaire) -> tuple[Item, ...]:
    """The items whose condition holds for no answers that a person could give.

    Conditions with more than 50,000 combinations, or that compare numbers and texts people write, are left alone.
    """
    return tuple(item for item in questionnaire.items if item.relevant and not _may_be_asked(item, questionnaire))


def _may_be_asked(item: Item, questionnaire: Questionnaire) -> bool:
    looked_at = _looked_at([item], questionnaire)
    context = {value.name: value.values for value in questionnaire.context}
    possible = {name: context.get(name) or _answers(questionnaire, name) for name in looked_at}
    if any(not answers for answers in possible.values()) or prod(map(len, possible.values())) > _TRIED_AT_MOST:
        return True
    return any(_holds(item, values, questionnaire) for values in _combinations(possible))


def _looked_at(items: Iterable[Item], questionnaire: Questionnaire) -> list[str]:
    """Names of everything that decides whether the items are asked, also through the conditions of those looked at."""
    found: list[str] = []
    waiting = list(items)
    while waiting:
        condition = waiting.pop().relevant
        for name in sorted(condition.item_names() - set(found)) if condition else ():
            found.append(name)
            waiting += [questionnaire.item(name)] if name in questionnaire else []
    return found


def _answers(questionnaire: Questionnaire, name: str) -> tuple[str, ...]:
    """What may be stored for the item, with the empty text of one left out; nothing where it is not a short list."""
    item = questionnaire.item(name)
    codes = [choice.code for choice in item.choices]
    if item.type is ItemType.SELECT_ONE:
        return ("", *codes)
    if item.type is ItemType.SELECT_MULTIPLE and len(codes) <= 10:
        most = item.maximum_choices or len(codes)
        return tuple(" ".join(some) for size in range(most + 1) for some in combinations(codes, size))
    return ()


def _combinations(possible: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    return (dict(zip(possible, values, strict=True)) for values in product(*possible.values()))


def _holds(item: Item, values: Mapping[str, str], questionnaire: Questionnaire) -> bool:
    """Whether the item is asked of somebody with these answers, who was asked each item that was answered."""
    if item.relevant is None or not evaluate(item.relevant.tree, values):
        return False
    return all(
        not value or (condition := _condition(questionnaire, name)) is None or evaluate(condition, values)
        for name, value in values.items()
    )


def _condition(questionnaire: Questionnaire, name: str) -> "Tree | None":
    condition = questionnaire.item(name).relevant if name in questionnaire else None
    return condition.tree if condition else None
