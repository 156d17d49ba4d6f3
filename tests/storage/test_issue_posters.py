"""Issuing posters: from a file with every fault told, one by one, and in the place of an old one."""

from dataclasses import replace
from pathlib import Path

import pytest

from survey.actions.invitation.issue_posters import issue_poster, issue_posters_of_file, replace_poster
from survey.app import create_app
from survey.exchange.fault import FaultsFoundError
from survey.instrument.text import Text
from survey.invitation.code import is_well_formed
from survey.invitation.invitation import InvitationKind, PlaceType
from survey.invitation.place import PlaceError, PosterPlace
from survey.programme.wave import WaveError, WaveStatus
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.events import events_on
from survey.storage.invitations import list_invitations
from survey.storage.waves import save_wave
from tests.factories import COMMUNITY, NOW, WAVE, store_wave

ACTOR = "office@office.example"
GOOD = f"""area,place,place_type,place_en
{COMMUNITY},菜市场,service,Market
990101002001,2路公交站,bus,
{COMMUNITY},中心公园,park,Central park
"""
BAD = f"""area,place,place_type
990101009,菜市场,service
{COMMUNITY},,cinema
{COMMUNITY},社区服务中心,service
{COMMUNITY},图书馆,school
{COMMUNITY},图书馆,school
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "places.csv"
    path.write_text(content, "utf-8")
    return path


def test_every_place_of_a_file_gets_a_code_of_its_own(storage: Storage, tmp_path: Path) -> None:
    store_wave(storage)
    issued = issue_posters_of_file(storage, WAVE, written(tmp_path, GOOD), NOW, ACTOR)
    assert [poster.place.zh_hans for poster in issued] == ["菜市场", "2路公交站", "中心公园"]
    assert len({poster.code for poster in issued}) == 3
    assert all(is_well_formed(poster.code) for poster in issued)
    with storage.read() as session:
        kept = list_invitations(session, WAVE, InvitationKind.POSTER)
        assert {poster.code for poster in issued} < {poster.code for poster in kept}
        assert [event.detail for event in events_on(session, "issue_posters", WAVE)] == ["3"]


def test_every_fault_of_a_file_is_told_and_nothing_is_written(storage: Storage, tmp_path: Path) -> None:
    store_wave(storage)
    with pytest.raises(FaultsFoundError) as raised:
        issue_posters_of_file(storage, WAVE, written(tmp_path, BAD), NOW, ACTOR)
    assert [fault.where for fault in raised.value.faults] == [
        "row 2, area",
        "row 3, place_type",
        "row 3, place",
        "row 4, place",
        "row 6, place",
    ]
    with storage.read() as session:
        assert len(list_invitations(session, WAVE, InvitationKind.POSTER)) == 2


@pytest.mark.parametrize(
    ("content", "where"),
    [("area,place\n1,2\n", "row 1"), ("area,place,place_type,floor\n", "row 1"), ("area,place,place_type\n", "row 2")],
)
def test_a_file_without_its_columns_or_rows_is_refused(
    storage: Storage, tmp_path: Path, content: str, where: str
) -> None:
    store_wave(storage)
    with pytest.raises(FaultsFoundError) as raised:
        issue_posters_of_file(storage, WAVE, written(tmp_path, content), NOW, ACTOR)
    assert [fault.where for fault in raised.value.faults] == [where]


def test_one_poster_is_issued_once_for_a_place(storage: Storage) -> None:
    store_wave(storage)
    place = PosterPlace(COMMUNITY, Text("菜市场", "Market"), PlaceType.SERVICE)
    issued = issue_poster(storage, WAVE, place, NOW, ACTOR)
    assert (issued.area, issued.place, issued.place_type) == (COMMUNITY, place.name, PlaceType.SERVICE)
    with pytest.raises(PlaceError, match="without a code in use"):
        issue_poster(storage, WAVE, place, NOW, ACTOR)
    with pytest.raises(PlaceError, match="990199"):
        issue_poster(storage, WAVE, replace(place, area="990199"), NOW, ACTOR)


def test_a_replaced_poster_is_retired_and_its_place_has_a_new_code(storage: Storage) -> None:
    old = store_wave(storage).posters[0]
    new = replace_poster(storage, WAVE, old.code, NOW, ACTOR)
    assert new is not None
    assert new.code != old.code
    assert (new.place, new.area, new.place_type) == (old.place, old.area, old.place_type)
    with storage.read() as session:
        posters = {one.code: one for one in list_invitations(session, WAVE, InvitationKind.POSTER)}
        assert posters[old.code].retired
        assert not posters[new.code].retired
        assert [e.detail for e in events_on(session, "replace_code", WAVE)] == [f"{old.code} by {new.code}"]


def test_only_a_poster_in_use_is_replaced(storage: Storage) -> None:
    stored = store_wave(storage)
    assert replace_poster(storage, WAVE, stored.letters[0].code, NOW, ACTOR) is None
    assert replace_poster(storage, WAVE, "34679ACDE", NOW, ACTOR) is None
    assert replace_poster(storage, WAVE, stored.posters[0].code, NOW, ACTOR) is not None
    assert replace_poster(storage, WAVE, stored.posters[0].code, NOW, ACTOR) is None


def test_a_closed_wave_gets_no_codes(storage: Storage, tmp_path: Path) -> None:
    stored = store_wave(storage)
    with storage.write() as session:
        save_wave(session, replace(stored.wave, status=WaveStatus.CLOSED, closed_at=NOW))
    with pytest.raises(WaveError, match="closed"):
        issue_posters_of_file(storage, WAVE, written(tmp_path, GOOD), NOW, ACTOR)
    with pytest.raises(WaveError, match="closed"):
        replace_poster(storage, WAVE, stored.posters[0].code, NOW, ACTOR)


def test_the_commands_issue_replace_and_tell_faults(sqlite_url: str, tmp_path: Path) -> None:
    storage = Storage(sqlite_url)
    old = store_wave(storage).posters[0]
    storage.close()
    settings = replace(read_settings({"SURVEY_VAR": str(tmp_path), "SURVEY_ENV": "test"}), database_url=sqlite_url)
    runner = create_app(settings).test_cli_runner()
    done = runner.invoke(args=["invitations", "issue", "--wave", WAVE, str(written(tmp_path, GOOD))])
    assert done.exit_code == 0, done.output
    assert "issued 3 posters" in done.output
    refused = runner.invoke(args=["invitations", "issue", "--wave", WAVE, str(written(tmp_path, BAD))])
    assert refused.exit_code == 1
    assert refused.output.count("places.csv: row") == 5
    replaced = runner.invoke(args=["invitations", "replace", "--wave", WAVE, old.code.lower(), "--yes"])
    assert replaced.exit_code == 0, replaced.output
    again = runner.invoke(args=["invitations", "replace", "--wave", WAVE, old.code, "--yes"])
    assert again.exit_code == 1
    assert "expected a poster in use" in again.output
