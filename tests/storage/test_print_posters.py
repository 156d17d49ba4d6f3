"""Printing a wave's codes: which are printed, in which order, reminders and reprints, and what refuses."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from survey.actions.invitation.print_posters import (
    Selection,
    collect_sheets,
    merge_addresses,
    preview_posters,
    print_posters,
)
from survey.actions.invitation.record_printing import record_printing
from survey.actions.response.receive_response import receive_response
from survey.app import create_app
from survey.exchange.fault import FaultsFoundError
from survey.invitation.code import spaced
from survey.invitation.invitation import InvitationKind
from survey.invitation.sheet import Sheet, SheetError
from survey.programme.area import AreaError
from survey.programme.wave import WaveError
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.events import events_on
from survey.storage.invitations import retire_code
from tests.factories import KEY, NOW, WAVE, make_submission, store_wave

BASE = "https://minyi.yunxi.example"


def test_every_code_in_use_gets_one_page_and_a_retired_one_none(storage: Storage) -> None:
    stored = store_wave(storage)
    retired, kept = stored.posters
    with storage.write() as session:
        retire_code(session, WAVE, retired.code, NOW)
    sheets = collect_sheets(storage, WAVE, BASE)
    expected = {kept.code, *(letter.code for letter in stored.letters)}
    assert {page.invitation.code for page in sheets.pages} == expected
    assert [page.invitation.kind.value for page in sheets.pages] == ["poster", "letter", "letter"]
    seen: list[object] = []
    file = BytesIO()
    assert print_posters(sheets, file, lambda: seen.append(None)) == frozenset()
    assert len(PdfReader(file).pages) == len(seen) == 3


def test_kind_and_area_choose_the_pages(storage: Storage) -> None:
    stored = store_wave(storage)
    posters = collect_sheets(storage, WAVE, BASE, Selection(InvitationKind.POSTER, "990101002"))
    assert [page.invitation for page in posters.pages] == [stored.posters[1]]
    assert posters.pages[0].area == "云溪区 · 第002街道 · 第001社区"
    assert posters.pages[0].url == f"{BASE}/q/{stored.posters[1].code}"


def test_unknown_waves_and_areas_and_an_empty_choice_are_named(storage: Storage) -> None:
    store_wave(storage)
    with pytest.raises(WaveError, match="no-such-wave"):
        collect_sheets(storage, "no-such-wave", BASE)
    with pytest.raises(AreaError, match="990199"):
        collect_sheets(storage, WAVE, BASE, Selection(area="990199"))
    with pytest.raises(WaveError, match="found none"):
        collect_sheets(storage, WAVE, BASE, Selection(InvitationKind.LETTER, "990101002002"))


def test_the_command_writes_the_file_and_names_the_address(storage: Storage, database_url: str, tmp_path: Path) -> None:
    store_wave(storage)
    settings = replace(
        read_settings({"SURVEY_VAR": str(tmp_path), "SURVEY_ENV": "test"}), database_url=database_url, public_url=BASE
    )
    runner = create_app(settings).test_cli_runner()
    out = tmp_path / "posters.pdf"
    done = runner.invoke(args=["invitations", "print", "--wave", WAVE, "--out", str(out), "--kind", "poster"])
    assert done.exit_code == 0, done.output
    assert f"2 pages, codes lead to {BASE}" in done.output
    assert len(PdfReader(out).pages) == 2
    refused = runner.invoke(args=["invitations", "print", "--wave", "none", "--out", str(tmp_path / "x.pdf")])
    assert refused.exit_code == 1
    assert "'none'" in refused.output
    assert not (tmp_path / "x.pdf").exists()


def use(storage: Storage, code: str) -> None:
    """Answer through a household's letter."""
    receive_response(storage, KEY, make_submission(code=code, single_use=True), NOW)


def test_a_reminder_goes_to_the_letters_whose_code_is_not_used_yet(storage: Storage) -> None:
    used, unused = store_wave(storage).letters
    use(storage, used.code)
    sheets = collect_sheets(storage, WAVE, BASE, Selection(reminder=True))
    assert [page.invitation.code for page in sheets.pages] == [unused.code]
    file = BytesIO()
    print_posters(sheets, file)
    assert "还没有用过" in "".join(PdfReader(file).pages[0].extract_text().split())


def test_batches_of_reminders_are_numbered_and_logged_without_their_codes(storage: Storage) -> None:
    stored = store_wave(storage)
    sheets = collect_sheets(storage, WAVE, BASE, Selection(reminder=True))
    assert [record_printing(storage, sheets, NOW, "office@office.example") for _ in range(2)] == [1, 2]
    with storage.read() as session:
        events = events_on(session, "print_reminders", WAVE)
    assert [event.detail for event in events] == ["2", "2"]
    assert not any(letter.code in event.detail for letter in stored.letters for event in events)


def test_a_named_code_is_printed_again_unless_it_holds_an_answer(storage: Storage) -> None:
    stored = store_wave(storage)
    used, unused = stored.letters
    use(storage, used.code)
    again = collect_sheets(storage, WAVE, BASE, Selection(codes=(unused.code.lower(),)))
    assert [page.invitation.code for page in again.pages] == [unused.code]
    with pytest.raises(SheetError, match="holds an answer"):
        collect_sheets(storage, WAVE, BASE, Selection(codes=(used.code,)))
    with pytest.raises(SheetError, match="expected a code in use"):
        collect_sheets(storage, WAVE, BASE, Selection(codes=("34679ACDE",)))


def test_small_sheets_carry_posters_only(storage: Storage) -> None:
    store_wave(storage)
    cards = collect_sheets(storage, WAVE, BASE, sheet=Sheet.CARD)
    assert {page.invitation.kind for page in cards.pages} == {InvitationKind.POSTER}
    labels = collect_sheets(storage, WAVE, BASE, sheet=Sheet.LABELS, copies=13)
    assert (len(labels.pages), labels.page_count) == (26, 2)
    with pytest.raises(SheetError, match="a4 for letters"):
        collect_sheets(storage, WAVE, BASE, Selection(InvitationKind.LETTER), sheet=Sheet.A5)


def test_addresses_of_a_file_stand_on_the_letters_and_nowhere_else(storage: Storage, tmp_path: Path) -> None:
    first, second = store_wave(storage).letters
    file = tmp_path / "addresses.csv"
    file.write_text(f"code,address\n{spaced(first.code)},幸福路12号501室\n{second.code},幸福路14号\n", "utf-8")
    merged = merge_addresses(collect_sheets(storage, WAVE, BASE, Selection(InvitationKind.LETTER)), file)
    assert {page.invitation.code: page.recipient for page in merged.pages} == {
        first.code: "幸福路12号501室",
        second.code: "幸福路14号",
    }
    pdf = BytesIO()
    print_posters(merged, pdf)
    texts = ["".join(page.extract_text().split()) for page in PdfReader(pdf).pages]
    assert all(page.recipient in text for page, text in zip(merged.pages, texts, strict=True))


def test_every_fault_of_an_address_file_is_told(storage: Storage, tmp_path: Path) -> None:
    first, second = store_wave(storage).letters
    file = tmp_path / "addresses.csv"
    file.write_text(f"code,address\n{first.code},\n{first.code},幸福路\nXYZ,幸福路\n", "utf-8")
    with pytest.raises(FaultsFoundError) as raised:
        merge_addresses(collect_sheets(storage, WAVE, BASE, Selection(InvitationKind.LETTER)), file)
    assert [fault.where for fault in raised.value.faults] == ["row 2, address", "row 3, code", "row 4, code", "code"]
    assert spaced(second.code) in raised.value.faults[-1].expected
    with pytest.raises(SheetError, match="letters only"):
        merge_addresses(collect_sheets(storage, WAVE, BASE), file)


@pytest.mark.parametrize("sheet", list(Sheet))
def test_the_preview_is_a_picture_of_the_first_page(sqlite_url: str, sheet: Sheet) -> None:
    storage = Storage(sqlite_url)
    stored = store_wave(storage)
    sheets = collect_sheets(storage, WAVE, BASE, Selection(InvitationKind.POSTER), sheet=sheet)
    storage.close()
    picture = Image.open(BytesIO(preview_posters(sheets)))
    assert picture.format == "PNG"
    seen = {code.text for code in zxingcpp.read_barcodes(picture)}
    assert f"{BASE}/q/{stored.posters[0].code}" in seen


def test_the_command_prints_a_reminder_and_records_it(sqlite_url: str, tmp_path: Path) -> None:
    storage = Storage(sqlite_url)
    store_wave(storage)
    settings = replace(read_settings({"SURVEY_VAR": str(tmp_path), "SURVEY_ENV": "test"}), database_url=sqlite_url)
    out = str(tmp_path / "letters.pdf")
    command = ["invitations", "print", "--wave", WAVE, "--out", out, "--reminder"]
    done = create_app(settings).test_cli_runner().invoke(args=command)
    assert done.exit_code == 0, done.output
    assert "recorded as batch 1 of reminders" in done.output
    with storage.read() as session:
        assert [event.actor for event in events_on(session, "print_reminders", WAVE)] == ["flask invitations"]
    storage.close()
