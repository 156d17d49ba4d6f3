"""Administrative figures with four eyes and exact comparison; material checked by content and packed with an index."""

import csv
import io
import threading
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from survey.actions.figures.attach import attach, materials_of, open_material, pack_materials, remove_material
from survey.actions.figures.choose_ready import add_ready, ready_plans
from survey.actions.figures.list_figures import export_figures, find_indicator
from survey.actions.figures.record_figures import check_figure, enter_figure, import_figures
from survey.exchange.fault import FaultsFoundError
from survey.programme.admin_figure import AdminFigure, AdminFigureError, FigureState
from survey.programme.material import LARGEST, MaterialError, MaterialKind
from survey.storage import Storage
from tests.published import FOLDER

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
FIRST, SECOND = "li@office.example", "wang@office.example"
TABLE = (
    "indicator,name,unit,operator,target,period,value\n"
    "ADM_VOL_REG,注册志愿者占比,%,>=,15,2026,15.0\n"
    "ADM_GREEN,建成区绿地率,%,>,36,2026,36\n"
    "ADM_LAMPS,路灯数,盏,,,2026-05,1200\n"
)


def put(storage: Storage, folder: Path, text: str = TABLE) -> list[AdminFigure]:
    (folder / "f.csv").write_text(text, encoding="utf-8")
    return import_figures(storage, folder / "f.csv", NOW, FIRST)[1]


def check(storage: Storage, figure: AdminFigure, by: str = SECOND, *, accept: bool = True, reason: str = "") -> None:
    check_figure(storage, figure, accept=accept, reason=reason, now=NOW, actor=by)


def test_a_figure_counts_when_a_second_person_has_checked_it_and_is_compared_exactly(
    storage: Storage, tmp_path: Path
) -> None:
    figures = {one.indicator: one for one in put(storage, tmp_path)}
    found = find_indicator(storage, "ADM_VOL_REG")
    assert found is not None and (found.current, found.met, len(found.waiting)) == (None, None, 1)
    with pytest.raises(AdminFigureError, match="expected a second person"):
        check(storage, figures["ADM_VOL_REG"], FIRST)
    for figure in figures.values():
        check(storage, figure)
    met = {code: one.met for code in figures if (one := find_indicator(storage, code))}
    assert met == {"ADM_VOL_REG": True, "ADM_GREEN": False, "ADM_LAMPS": None}  # 36 is not above 36


def test_a_correction_is_a_new_edition_and_a_rejection_has_a_reason(storage: Storage, tmp_path: Path) -> None:
    put(storage, tmp_path)
    assert put(storage, tmp_path) == []  # the same table again changes nothing
    second = enter_figure(storage, "ADM_GREEN", "2026", "37.5%", "更正", NOW, SECOND)
    assert (second.edition, second.value) == (2, Decimal("37.5"))
    first = next(one for one in _editions(storage, "ADM_GREEN") if one.edition == 1)
    with pytest.raises(AdminFigureError, match="newest edition"):
        check(storage, first)
    with pytest.raises(AdminFigureError, match="why the figure is rejected"):
        check(storage, second, FIRST, accept=False)
    check(storage, second, FIRST, accept=False, reason="单位写错")
    with pytest.raises(AdminFigureError, match="one that is decided"):
        check(storage, second, FIRST)
    states = {one.edition: (one.state, one.reason) for one in _editions(storage, "ADM_GREEN")}
    assert states == {1: (FigureState.ENTERED, ""), 2: (FigureState.REJECTED, "单位写错")}
    rows = list(csv.DictReader(io.StringIO(export_figures(storage).decode("utf-8-sig"))))
    assert [row["state"] for row in rows if row["indicator"] == "ADM_GREEN"] == ["rejected", "entered"]


def test_two_who_enter_at_once_make_two_editions_or_one_is_told(storage: Storage, tmp_path: Path) -> None:
    put(storage, tmp_path)
    told: list[AdminFigureError] = []

    def enter(value: str) -> None:
        try:
            enter_figure(storage, "ADM_LAMPS", "2026-05", value, "", NOW, FIRST)
        except AdminFigureError as error:
            told.append(error)

    threads = [threading.Thread(target=enter, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    editions = [one.edition for one in _editions(storage, "ADM_LAMPS")]
    assert editions == list(range(len(editions), 0, -1))
    assert len(editions) + len(told) == 5


def test_a_table_with_faults_changes_nothing_and_names_them_all(storage: Storage, tmp_path: Path) -> None:
    bad = TABLE + "ADM_NEW,,%,,,2026,1\nADM_GREEN,,,,,2026-13,1\nADM_LAMPS,,,,,2026-06,many\n"
    with pytest.raises(FaultsFoundError) as found:
        put(storage, tmp_path, bad)
    assert [fault.where for fault in found.value.faults] == ["row 5, indicator", "row 6, period", "row 7, value"]
    assert find_indicator(storage, "ADM_GREEN") is None


def test_indicators_of_a_plan_are_chosen_and_leave_what_is_there_as_it_is(storage: Storage, tmp_path: Path) -> None:
    put(storage, tmp_path)
    plans = {plan.name: plan for plan in ready_plans(FOLDER)}
    assert {name: len(plan.indicators) for name, plan in plans.items()} == {"plan-s0": 33, "plan-s2": 26, "plan-s4": 9}
    assert all(plan.title.zh_hans != name for name, plan in plans.items()), "each is a plan with targets"
    added = add_ready(storage, plans["plan-s2"], {"ADM_VOL_REG", "ADM_AIR", "ADM_NET_GROUP"}, NOW, FIRST)
    assert added == ["ADM_AIR", "ADM_NET_GROUP"]
    volunteers, air, group = (find_indicator(storage, one) for one in ("ADM_VOL_REG", "ADM_AIR", "ADM_NET_GROUP"))
    assert volunteers and str(volunteers.indicator.target) == "15", "the office's own target stands"
    assert air and air.indicator.met_by(Decimal(95)) is False, "高于 95 is not reached by 95"
    assert group and group.indicator.target is None
    with pytest.raises(AdminFigureError, match="found ADM_UNKNOWN"):
        add_ready(storage, plans["plan-s2"], {"ADM_UNKNOWN"}, NOW, FIRST)


def test_material_is_checked_kept_whole_and_packed_with_an_index(storage: Storage) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 500  # more than one piece
    one = attach(storage, "SUPPORT", MaterialKind.PICTURE, "a/b.png", picture, NOW, FIRST, "transport")
    attach(storage, "SUPPORT", MaterialKind.TABLE, "=1.csv", b"a,b\n", NOW, FIRST)
    found = open_material(storage, one.id)
    assert found is not None and (found[0].name, found[1]) == ("a_b.png", picture)
    with zipfile.ZipFile(pack_materials(storage, materials_of(storage), {"transport": "交通局"})) as archive:
        assert archive.testzip() is None
        index = list(csv.DictReader(io.StringIO(archive.read("目录.csv").decode("utf-8-sig"))))
        assert [archive.read(row["位置"].lstrip("'")) for row in index] == [b"a,b\n", picture]
    assert [(row["类别"], row["文件名"], row["单位"]) for row in index] == [
        ("数据表格", "'=1.csv", ""),
        ("图片资料", "a_b.png", "交通局"),
    ]
    assert remove_material(storage, one.id, NOW, SECOND)
    assert not remove_material(storage, one.id, NOW, SECOND)
    assert [each.name for each in materials_of(storage, "SUPPORT")] == ["=1.csv"]
    assert open_material(storage, one.id) is None


@pytest.mark.parametrize(
    ("kind", "name", "content", "message"),
    [
        (MaterialKind.PICTURE, "a.svg", b"<svg/>", "ending in .jpg"),
        (MaterialKind.PICTURE, "a.png", b"GIF89a", "another one"),
        (MaterialKind.DOCUMENT, "a.pdf", b"", "1 byte to 20 MB"),
        (MaterialKind.DOCUMENT, "a.pdf", b"%PDF-" + bytes(LARGEST), "1 byte to 20 MB"),
        (MaterialKind.TABLE, "a.csv", b"a\0b", "found other bytes"),
    ],
)
def test_a_file_that_its_kind_does_not_take_is_refused(
    storage: Storage, kind: MaterialKind, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(MaterialError, match=message):
        attach(storage, "SUPPORT", kind, name, content, NOW, FIRST)
    assert materials_of(storage) == []


def _editions(storage: Storage, code: str) -> tuple[AdminFigure, ...]:
    found = find_indicator(storage, code)
    assert found is not None
    return found.editions
