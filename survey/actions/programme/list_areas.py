"""List an area and everything that lies in it."""

from survey.programme.area import Area
from survey.storage import Storage
from survey.storage.areas import load_area_tree


def list_areas(storage: Storage, area: str) -> list[Area]:
    """By code, so that each area stands before those in it; empty for an unknown code."""
    with storage.read() as session:
        tree = load_area_tree(session)
    return sorted(tree.within(area), key=lambda found: found.code) if area in tree.by_code else []
