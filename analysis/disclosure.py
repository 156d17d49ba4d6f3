"""Small cells: which figures may be shown to everyone so that no hidden one can be had by subtraction. Step 8.

A rule of its own beside the publication rules (NCHS), which are about precision. Source: Willenborg & de Waal 2001,
Elements of Statistical Disclosure Control, ch. 1 (minimum frequency, complementary suppression).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Domain = Mapping[str, str]


def disclosable(
    domains: Sequence[Domain], answers: Sequence[int], publishable: Sequence[bool], minimum: int
) -> list[bool]:
    """Which figures of one indicator may be shown, in the order of `domains`.

    Hidden: a figure that is not publishable or has fewer than `minimum` answers. Then, wherever the parts of a shown
    domain stand in the table (the same columns, one more, everything else equal), its hidden parts must be two or more
    and have `minimum` answers together, so that what is left over is no small cell either; otherwise the smallest
    shown parts are hidden with them. Repeated until nothing changes, because a part can be a whole elsewhere.

    >>> areas = [{}, {"area": "east"}, {"area": "west"}, {"area": "port"}]
    >>> disclosable(areas, [300, 200, 80, 20], [True] * 4, 30)
    [True, True, False, False]
    """
    shown = [fine and n >= minimum for fine, n in zip(publishable, answers, strict=True)]
    families = _families(domains)
    changed = True
    while changed:
        changed = False
        for whole, parts in families:
            extra = _complement(parts, answers, shown, minimum) if shown[whole] else []
            for part in extra:
                shown[part] = False
                changed = True
    return shown


def _families(domains: Sequence[Domain]) -> list[tuple[int, list[int]]]:
    """Every domain with the parts that split it by one further column."""
    parts: dict[tuple[frozenset[tuple[str, str]], str], list[int]] = {}
    for k, domain in enumerate(domains):
        items = frozenset(domain.items())
        for column, level in domain.items():
            parts.setdefault((items - {(column, level)}, column), []).append(k)
    place = {frozenset(domain.items()): k for k, domain in enumerate(domains)}
    return [(place[whole], found) for (whole, _), found in parts.items() if whole in place]


def _complement(parts: Sequence[int], answers: Sequence[int], shown: Sequence[bool], minimum: int) -> list[int]:
    """The smallest shown parts that must be hidden with those that are."""
    hidden = [part for part in parts if not shown[part]]
    if not hidden:
        return []
    extra: list[int] = []
    for part in sorted((part for part in parts if shown[part]), key=lambda part: answers[part]):
        together = [*hidden, *extra]
        if len(together) >= 2 and sum(answers[one] for one in together) >= minimum:
            break
        extra.append(part)
    return extra
