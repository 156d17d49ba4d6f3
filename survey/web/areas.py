"""The communities that an area item offers, by street, and the name of one."""

from survey.instrument.text import Text
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.web.i18n import in_page_language


def by_street(areas: AreaTree) -> list[tuple[Text, list[Area]]]:
    """Pairs of a street's name and its communities that are still there, in the order of their codes."""
    streets: dict[str, tuple[Text, list[Area]]] = {}
    for community in areas.at(AreaLevel.COMMUNITY):
        if community.ended_on is not None:
            continue
        parent = areas.by_code[community.parent or community.code]
        streets.setdefault(parent.code, (parent.name, []))[1].append(community)
    return list(streets.values())


def label(areas: AreaTree, code: str) -> str:
    """The area's name in the language of the page; the code itself for one that is not in the tree."""
    area = areas.by_code.get(code)
    return in_page_language(area.name) if area else code
