"""Step 8, small cells: which areas may show a figure to everyone; no hidden one can be had by subtraction."""

from collections.abc import Mapping, Sequence

from survey.programme.area import Area, AreaTree
from survey.programme.figure import Figure

MINIMUM_HIDDEN = 30  # answers: what is hidden in one area must be as many together as one shown figure needs


def disclosable(tree: AreaTree, root: str, figures: Mapping[str, Figure]) -> frozenset[str]:
    """The areas, from `root` downwards, whose figure of one indicator may be shown to everyone.

    `figures`: one source, area code to figure; areas without an answer are not in it. Three rules: a figure that the
    publication rules hold back is hidden; where a part of a shown area is hidden, the smallest other parts are hidden
    with it until they are two or more with `MINIMUM_HIDDEN` answers together (complementary suppression, Willenborg
    and de Waal 2001, ch. 1); under a hidden area nothing is shown.
    """
    if root not in figures or not figures[root].publishable:
        return frozenset()
    shown = {root}
    for area in _from_the_top(tree, root):
        if area.code in shown:
            parts = [part for part in tree.areas if part.parent == area.code and part.code in figures]
            shown |= _shown_parts(parts, figures)
    return frozenset(shown)


def _shown_parts(parts: Sequence[Area], figures: Mapping[str, Figure]) -> set[str]:
    """The parts of one shown area that may be shown."""
    hidden = [part.code for part in parts if not figures[part.code].publishable]
    candidates = sorted((part.code for part in parts if figures[part.code].publishable), key=lambda c: figures[c].n)
    if not hidden:
        return set(candidates)
    while candidates and (len(hidden) < 2 or sum(figures[code].n for code in hidden) < MINIMUM_HIDDEN):
        hidden.append(candidates.pop(0))
    return set(candidates)


def _from_the_top(tree: AreaTree, root: str) -> list[Area]:
    """The area and everything below it, each before its parts."""
    return sorted(tree.within(root), key=lambda area: len(tree.path(area.code)))
