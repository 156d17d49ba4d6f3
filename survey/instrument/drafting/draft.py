"""Step 1: a draft is the data of a questionnaire file. Every edit gives new data; what was there before stays as it is.

The keys are those of `questionnaires/README.md`, all values texts, as source.py reads them from a file.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

from survey.instrument.item import NAME_PATTERN

Keys: TypeAlias = dict[str, Any]
_NAMED = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")


class NoSuchPartError(LookupError):
    """A section or an item was named that the draft does not have (any more)."""


class UnfitEditError(ValueError):
    """An edit that would leave the draft in disorder: a name twice, a section removed with its items."""


def new_draft(name: str, title: str, population: str) -> Keys:
    """A draft with one empty section."""
    return {
        "name": name,
        "version": "1",
        "title": {"zh-Hans": title},
        "population": population,
        "languages": ["zh-Hans", "zh-Hant"],
        "sections": [{"name": "main", "label": {"zh-Hans": title}, "items": []}],
    }


def items_of(draft: Keys) -> Iterator[Keys]:
    """Every item in the order in which it is asked."""
    for section in draft["sections"]:
        yield from section["items"]


def find_item(draft: Keys, name: str) -> Keys:
    """The item of that name. Raises `NoSuchPartError`."""
    section, place = _place(draft, name)
    return dict(draft["sections"][section]["items"][place])


def find_section(draft: Keys, name: str) -> Keys:
    """The section of that name. Raises `NoSuchPartError`."""
    return dict(draft["sections"][_section_place(draft, name)])


def free_name(draft: Keys, stem: str) -> str:
    """`stem` with the first number behind it that no item and no section has: q1, q2 …"""
    taken = {item["name"] for item in items_of(draft)} | {section["name"] for section in draft["sections"]}
    return next(f"{stem}{number}" for number in range(1, len(taken) + 2) if f"{stem}{number}" not in taken)


def with_head(draft: Keys, **keys: Any) -> Keys:
    """The draft with other keys before its sections; a key that is None or empty is taken away."""
    changed = deepcopy(draft) | keys
    ordered = [key for key in changed if key != "sections" and changed[key] not in (None, "", [], {})]
    return {key: changed[key] for key in [*ordered, "sections"]}


def with_item(draft: Keys, section: str, item: Keys, before: str | None = None) -> Keys:
    """The draft with one more item: at the end of the section, or before the item named."""
    _require_free(draft, item["name"])
    changed = deepcopy(draft)
    items = changed["sections"][_section_place(draft, section)]["items"]
    names = [other["name"] for other in items]
    items.insert(names.index(before) if before in names else len(items), deepcopy(item))
    return changed


def with_item_replaced(draft: Keys, name: str, item: Keys) -> Keys:
    """The draft with other keys for an item. A new name is written into every condition that looks at the item."""
    if item["name"] != name:
        _require_free(draft, item["name"])
    section, place = _place(draft, name)
    changed = deepcopy(draft)
    changed["sections"][section]["items"][place] = deepcopy(item)
    return _renamed(changed, name, item["name"]) if item["name"] != name else changed


def with_item_copied(draft: Keys, name: str) -> Keys:
    """The draft with the same item once more behind it, under a free name; it feeds no indicator."""
    section, place = _place(draft, name)
    changed = deepcopy(draft)
    item = deepcopy(changed["sections"][section]["items"][place])
    item["name"] = free_name(draft, f"{name[:28]}_")
    item.pop("indicator", None)
    changed["sections"][section]["items"].insert(place + 1, item)
    return changed


def without_item(draft: Keys, name: str) -> Keys:
    section, place = _place(draft, name)
    changed = deepcopy(draft)
    del changed["sections"][section]["items"][place]
    return changed


def with_item_moved(draft: Keys, name: str, by: int) -> Keys:
    """The draft with an item one place up (-1) or down (1); past the end of its section it goes into the next one."""
    section, place = _place(draft, name)
    changed = deepcopy(draft)
    sections = changed["sections"]
    item = sections[section]["items"].pop(place)
    if 0 <= place + by <= len(sections[section]["items"]):
        sections[section]["items"].insert(place + by, item)
    elif 0 <= section + by < len(sections):
        there = sections[section + by]["items"]
        there.insert(len(there) if by < 0 else 0, item)
    else:
        return draft
    return changed


def with_section(draft: Keys, section: Keys) -> Keys:
    """The draft with one more section at its end."""
    _require_free(draft, section["name"])
    changed = deepcopy(draft)
    changed["sections"].append(deepcopy(section))
    return changed


def with_section_replaced(draft: Keys, name: str, /, **keys: Any) -> Keys:
    """The draft with other keys for a section; its items stay."""
    place = _section_place(draft, name)
    if keys.get("name", name) != name:
        _require_free(draft, keys["name"])
    changed = deepcopy(draft)
    changed["sections"][place] |= keys
    moving = changed.get("randomize", [])
    if moving:
        changed["randomize"] = [keys.get("name", name) if other == name else other for other in moving]
    return changed


def without_section(draft: Keys, name: str) -> Keys:
    """The draft without a section that has no items any more. Raises `UnfitEditError` while it has some."""
    place = _section_place(draft, name)
    if draft["sections"][place]["items"] or len(draft["sections"]) == 1:
        raise UnfitEditError(name)
    changed = deepcopy(draft)
    del changed["sections"][place]
    left = [other for other in changed.get("randomize", []) if other != name]
    return with_head(changed, randomize=left if len(left) > 1 else [])


def with_section_moved(draft: Keys, name: str, by: int) -> Keys:
    """The draft with a section one place up (-1) or down (1)."""
    place = _section_place(draft, name)
    if not 0 <= place + by < len(draft["sections"]):
        return draft
    changed = deepcopy(draft)
    changed["sections"].insert(place + by, changed["sections"].pop(place))
    return changed


def looking_at(draft: Keys, name: str) -> list[str]:
    """Names of the items whose conditions look at the item."""
    return [
        item["name"]
        for item in items_of(draft)
        if item["name"] != name and name in _NAMED.findall(item.get("relevant") or "")
    ]


def _renamed(draft: Keys, old: str, new: str) -> Keys:
    def written(text: str) -> str:
        return text.replace(f"${{{old}}}", f"${{{new}}}")

    for item in items_of(draft):
        for key in ("relevant", "constraint"):
            if item.get(key):
                item[key] = written(item[key])
    if draft.get("in_population"):
        draft["in_population"] = written(draft["in_population"])
    return draft


def _require_free(draft: Keys, name: str) -> None:
    if not NAME_PATTERN.fullmatch(name):
        raise UnfitEditError(name)
    if any(name == other["name"] for other in (*items_of(draft), *draft["sections"])):
        raise UnfitEditError(name)


def _place(draft: Keys, name: str) -> tuple[int, int]:
    for section, keys in enumerate(draft["sections"]):
        for place, item in enumerate(keys["items"]):
            if item["name"] == name:
                return section, place
    raise NoSuchPartError(name)


def _section_place(draft: Keys, name: str) -> int:
    for place, section in enumerate(draft["sections"]):
        if section["name"] == name:
            return place
    raise NoSuchPartError(name)
