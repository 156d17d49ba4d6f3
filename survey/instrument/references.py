"""Step 1: do the conditions of a questionnaire look at items that are there, come earlier, and have the codes named?"""

from collections.abc import Iterator, Mapping, Sequence

from survey.instrument.condition import Condition, Tree
from survey.instrument.fault import Fault
from survey.instrument.item import Item
from survey.instrument.questionnaire import Audience, ContextValue, Section
from survey.instrument.shape import close_match
from survey.instrument.source import KeyPath, Origin


def faults_of_references(
    items: list[Item],
    context: tuple[ContextValue, ...],
    in_population: Condition | None,
    origins: Mapping[str, Origin],
    head: Origin,
) -> list[Fault]:
    """Faults of every `relevant`, `constraint`, under-age stop and `in_population`.

    `origins`: where every item of the files stands. One that has a fault of its own is not among `items`; a condition
    may look at it, so that one mistake is told once.
    """
    faulty = set(origins) - {item.name for item in items}
    allowed: dict[str, frozenset[str]] = {name: frozenset() for name in faulty}
    allowed |= {value.name: frozenset(value.values) for value in context}
    later = [item.name for item in items]
    faults: list[Fault] = []
    for item in items:
        check = _Check(origins[item.name], allowed, later)
        faults += check.faults(item.relevant, ("relevant",), f"item {item.name} relevant", None)
        allowed = {**allowed, item.name: item.codes}
        itself = _Check(origins[item.name], allowed, later)
        faults += itself.faults(item.constraint, ("constraint",), f"item {item.name} constraint", item)
        stop = item.minimum_age.stop if item.minimum_age else None
        faults += itself.faults(stop, ("minimum_age", "stop"), f"item {item.name} minimum_age", item)
    return faults + _Check(head, allowed, later).faults(in_population, ("in_population",), "in_population", None)


def faults_of_order(
    sections: Sequence[Section], randomize: tuple[str, ...], origins: Mapping[str, Origin], head: Origin
) -> list[Fault]:
    """Faults of `randomize`: sections that are not there, and conditions that would look at a question asked later."""
    names = [section.name for section in sections if section.audience is Audience.RESPONDENT]
    faults = [
        head.fault(("randomize",), "randomize", f"sections, each once ({', '.join(names)})", name, "correct it")
        for name in sorted(set(randomize))
        if name not in names or randomize.count(name) > 1
    ]
    if len(randomize) == 1:
        faults.append(head.fault(("randomize",), "randomize", "two sections or more", "one", "name another one"))
    return faults or (list(_looks_at_moved(sections, randomize, origins)) if randomize else [])


def _looks_at_moved(
    sections: Sequence[Section], randomize: tuple[str, ...], origins: Mapping[str, Origin]
) -> Iterator[Fault]:
    """An item of a section that moves looks at its own section and at those before all that move; an item that stands
    before the last of them looks at none that moves.
    """
    places = [place for place, section in enumerate(sections) if section.name in randomize]
    section_of = {item.name: place for place, section in enumerate(sections) for item in section.items}
    for place, section in enumerate(sections[: places[-1] + 1]):
        moves = section.name in randomize
        for item in section.items:
            for key in ("relevant", "constraint"):
                condition = getattr(item, key)
                for name in sorted(condition.item_names() & section_of.keys()) if condition else ():
                    there = section_of[name]
                    if there == place or (there < places[0] if moves else there not in places):
                        continue
                    thing = f"item {item.name} {key}"
                    remedy = "take one of the two sections out of randomize"
                    yield origins[item.name].fault((key,), thing, "an item that is always asked before", name, remedy)


class _Check:
    """Checks one condition against the items known where it stands (name to codes; no codes: any value)."""

    def __init__(self, origin: Origin, allowed: Mapping[str, frozenset[str]], all_names: list[str]) -> None:
        self.origin = origin
        self.allowed = allowed
        self.all_names = all_names

    def faults(self, condition: Condition | None, key: KeyPath, thing: str, item: Item | None) -> list[Fault]:
        if condition is None:
            return []
        return [
            *(self._reference(name, key, thing) for name in sorted(condition.item_names() - set(self.allowed))),
            *(self._current(key, thing) for _ in _selves(condition.tree) if item is None),
            *(
                self.origin.fault(
                    key, thing, f"a code of {name} ({', '.join(sorted(codes))})", repr(code), "correct it"
                )
                for name, code in codes_named(condition.tree, item.name if item else "")
                if (codes := self.allowed.get(name, frozenset())) and code and code not in codes
            ),
        ]

    def _reference(self, name: str, key: KeyPath, thing: str) -> Fault:
        if name in self.all_names:
            return self.origin.fault(
                key, thing, "an item that comes before", f"{name}, which comes later", "move one of them"
            )
        remedy = close_match(name, list(self.allowed)) if self.allowed else "no item comes before this one"
        return self.origin.fault(key, thing, "an item of this questionnaire", repr(name), remedy)

    def _current(self, key: KeyPath, thing: str) -> Fault:
        return self.origin.fault(
            key, thing, "${item}", "a dot", "the dot means the item's own answer: only in constraint"
        )


def _selves(tree: Tree) -> Iterator[Tree]:
    if tree[0] == "self":
        yield tree
    for branch in tree[1:]:
        if isinstance(branch, tuple):
            yield from _selves(branch)


def codes_named(tree: Tree, current: str) -> Iterator[tuple[str, str]]:
    """Pairs of item name and the code that a condition compares it with; `current` is the item that `.` means."""
    operator, *branches = tree
    trees = [branch for branch in branches if isinstance(branch, tuple)]
    if operator in ("=", "!=", "selected"):
        texts = [str(branch[1]) for branch in trees if branch[0] in ("text", "number")]
        names = [str(branch[1]) for branch in trees if branch[0] == "item"] + [current for b in trees if b[0] == "self"]
        yield from ((name, text) for name in names for text in texts)
    for branch in trees:
        yield from codes_named(branch, current)
