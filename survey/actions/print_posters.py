"""Print a wave's posters and letters: every code in use, one A4 page each, ordered by kind and area."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from survey.exchange.printed_code import PrintedCode
from survey.invitation.code import answer_address
from survey.invitation.invitation import Invitation, InvitationKind
from survey.programme.area import AreaError, AreaLevel, AreaTree
from survey.programme.wave import Wave, WaveError
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.invitations import list_invitations
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class Sheets:
    """What is to be printed: the wave and its pages in order."""

    wave: Wave
    pages: tuple[PrintedCode, ...]


def collect_sheets(
    storage: Storage, wave_id: str, base: str, *, kind: InvitationKind | None = None, area: str | None = None
) -> Sheets:
    """The pages of a wave's codes that are not retired; `base` is the address that the QR codes begin with.

    `kind` and `area` (with everything below it) leave the others out. Raises `WaveError` when the wave is unknown or
    nothing is left to print, `AreaError` for an unknown area.
    """
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        if wave is None:
            raise WaveError(f"wave: expected the id of a wave, found {wave_id!r}; `flask waves list` shows them")
        tree = load_area_tree(session)
        invitations = list_invitations(session, wave_id, kind)
    if area is not None and area not in tree.by_code:
        raise AreaError(f"area: expected the code of an area in the tree, found {area!r}")
    wanted = None if area is None else {found.code for found in tree.within(area)}
    chosen = [one for one in invitations if not one.retired and (wanted is None or one.area in wanted)]
    if not chosen:
        raise WaveError(f"wave {wave_id}: expected codes in use to print, found none for this kind and area")
    # Posters first, then letters; the letters of one place together, as they are put into envelopes.
    chosen.sort(key=lambda one: (one.kind is InvitationKind.LETTER, one.area, one.place.zh_hans))
    return Sheets(wave, tuple(_page(one, tree, base) for one in chosen))


def print_posters(sheets: Sheets, file: BinaryIO, on_page: Callable[[], object] = lambda: None) -> frozenset[str]:
    """Write the PDF; returns the characters that the fonts lack (they stand as 〓), empty when all is well."""
    from survey.exchange.print_sheets import write_sheets

    return write_sheets(file, sheets.wave, sheets.pages, on_page)


def _page(invitation: Invitation, tree: AreaTree, base: str) -> PrintedCode:
    path = [area for area in tree.path(invitation.area) if area.level is not AreaLevel.GRID]
    return PrintedCode(
        invitation,
        url=answer_address(base, invitation.code),
        area=" · ".join(area.name.zh_hans for area in path),
        area_en=", ".join(area.name.en for area in reversed(path)),
    )
