"""Printing a wave's codes: which are printed, in which order, and what refuses."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from survey.actions.print_posters import collect_sheets, print_posters
from survey.app import create_app
from survey.invitation.invitation import InvitationKind
from survey.programme.area import AreaError
from survey.programme.wave import WaveError
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.invitations import retire_code
from tests.factories import NOW, WAVE, store_wave

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
    posters = collect_sheets(storage, WAVE, BASE, kind=InvitationKind.POSTER, area="990101002")
    assert [page.invitation for page in posters.pages] == [stored.posters[1]]
    assert posters.pages[0].area == "云溪区 · 第002街道 · 第001社区"
    assert posters.pages[0].url == f"{BASE}/q/{stored.posters[1].code}"


def test_unknown_waves_and_areas_and_an_empty_choice_are_named(storage: Storage) -> None:
    store_wave(storage)
    with pytest.raises(WaveError, match="no-such-wave"):
        collect_sheets(storage, "no-such-wave", BASE)
    with pytest.raises(AreaError, match="990199"):
        collect_sheets(storage, WAVE, BASE, area="990199")
    with pytest.raises(WaveError, match="found none"):
        collect_sheets(storage, WAVE, BASE, kind=InvitationKind.LETTER, area="990101002002")


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
