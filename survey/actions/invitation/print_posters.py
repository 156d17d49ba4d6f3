"""Print a wave's codes: posters, letters, reminders, cards and labels, ordered by kind and area."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from survey.exchange.print.address_file import read_addresses
from survey.exchange.print.printed_code import PrintedCode
from survey.invitation.code import answer_address, normalise, spaced
from survey.invitation.invitation import Invitation, InvitationKind
from survey.invitation.sheet import Sheet, SheetError
from survey.programme.area import AreaError, AreaLevel, AreaTree
from survey.programme.wave import Wave, WaveError
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.invitations import list_invitations, used_codes
from survey.storage.waves import load_wave

SAMPLE_CODE = "34679ACDX"  # its check character is wrong: it opens nothing


@dataclass(frozen=True)
class Sheets:
    """What is to be printed: the wave, its codes in order, the sheet they go on. A reminder is a second letter."""

    wave: Wave
    pages: tuple[PrintedCode, ...]
    sheet: Sheet = Sheet.A4
    reminder: bool = False

    @property
    def page_count(self) -> int:
        return -(-len(self.pages) // self.sheet.codes_per_page)


@dataclass(frozen=True)
class Selection:
    """Which codes of a wave: of one kind, in one area, those named, or (a reminder) the letters not used yet."""

    kind: InvitationKind | None = None
    area: str | None = None
    codes: tuple[str, ...] = ()
    reminder: bool = False

    def __post_init__(self) -> None:
        if self.reminder and self.kind is InvitationKind.POSTER:
            raise SheetError("reminder: expected letters, found posters, which remind nobody")


def collect_sheets(
    storage: Storage,
    wave_id: str,
    base: str,
    selection: Selection | None = None,
    *,
    sheet: Sheet = Sheet.A4,
    copies: int = 1,
) -> Sheets:
    """The codes of a wave that are not retired; `base` is the address that the QR codes begin with.

    Raises `WaveError` when the wave is unknown or nothing is left to print, `AreaError` for an unknown area,
    `SheetError` for a named code that cannot be printed and for letters on anything but A4.
    """
    selection = _for_sheet(selection or Selection(), sheet)
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        if wave is None:
            raise WaveError(f"wave: expected the id of a wave, found {wave_id!r}; `flask waves list` shows them")
        tree = load_area_tree(session)
        invitations = list_invitations(session, wave_id, selection.kind)
        used = used_codes(session, wave_id)
    chosen = _chosen([one for one in invitations if not one.retired], selection, tree, used)
    if not chosen:
        raise WaveError(f"wave {wave_id}: expected codes in use to print, found none for this kind and area")
    # Posters first, then letters; the letters of one place together, as they are put into envelopes.
    chosen.sort(key=lambda one: (one.kind is InvitationKind.LETTER, one.area, one.place.zh_hans))
    pages = [_page(one, tree, base) for one in chosen for _ in range(copies)]
    return Sheets(wave, tuple(pages), sheet, selection.reminder)


def merge_addresses(sheets: Sheets, path: Path) -> Sheets:
    """The letters with the addresses of a file (columns code, address), which is read and not kept.

    Raises `FaultsFoundError` with every fault, `SheetError` when posters are among the sheets.
    """
    if any(page.invitation.kind is InvitationKind.POSTER for page in sheets.pages):
        raise SheetError("addresses: expected letters only, found posters; choose the kind letter")
    addresses = read_addresses(path, [page.invitation.code for page in sheets.pages])
    merged = [replace(page, recipient=addresses[page.invitation.code]) for page in sheets.pages]
    return replace(sheets, pages=tuple(merged))


def print_posters(sheets: Sheets, file: BinaryIO, on_page: Callable[[], object] = lambda: None) -> frozenset[str]:
    """Write the PDF; returns the characters that the fonts lack (they stand as 〓), empty when all is well."""
    from survey.exchange.print.print_sheets import write_sheets

    return write_sheets(file, sheets.wave, sheets.pages, on_page, sheet=sheets.sheet, reminder=sheets.reminder)


def preview_posters(sheets: Sheets) -> bytes:
    """The first page as a PNG picture."""
    from survey.exchange.print.sheet_picture import first_page_as_png

    file = BytesIO()
    print_posters(replace(sheets, pages=sheets.pages[: sheets.sheet.codes_per_page]), file)
    return first_page_as_png(file.getvalue())


def sample_letter(sheets: Sheets, base: str) -> Sheets:
    """The first letter with a made-up code, to be shown on a screen."""
    first = sheets.pages[0]
    invitation = replace(first.invitation, code=SAMPLE_CODE)
    page = replace(first, invitation=invitation, url=answer_address(base, SAMPLE_CODE))
    return replace(sheets, pages=(page,))


def _for_sheet(selection: Selection, sheet: Sheet) -> Selection:
    if selection.reminder:
        selection = replace(selection, kind=InvitationKind.LETTER)
    if sheet is Sheet.A4:
        return selection
    if selection.kind is InvitationKind.LETTER:
        raise SheetError(f"sheet: expected a4 for letters, found {sheet.value}")
    return replace(selection, kind=InvitationKind.POSTER)


def _chosen(
    invitations: Sequence[Invitation], selection: Selection, tree: AreaTree, used: frozenset[str]
) -> list[Invitation]:
    if selection.area is not None and selection.area not in tree.by_code:
        raise AreaError(f"area: expected the code of an area in the tree, found {selection.area!r}")
    within = None if selection.area is None else {found.code for found in tree.within(selection.area)}
    named = {normalise(code) for code in selection.codes}
    for code in sorted(named - {one.code for one in invitations}):
        raise SheetError(f"code {spaced(code)[:20]}: expected a code in use of this wave and kind, found none")
    for code in sorted(named & used):
        raise SheetError(f"code {spaced(code)}: expected a letter to be answered, found one that holds an answer")
    return [
        one
        for one in invitations
        if (within is None or one.area in within)
        and (not named or one.code in named)
        and not (selection.reminder and one.code in used)
    ]


def _page(invitation: Invitation, tree: AreaTree, base: str) -> PrintedCode:
    path = [area for area in tree.path(invitation.area) if area.level is not AreaLevel.GRID]
    return PrintedCode(
        invitation,
        url=answer_address(base, invitation.code),
        area=" · ".join(area.name.zh_hans for area in path),
        area_en=", ".join(area.name.en for area in reversed(path)),
    )
