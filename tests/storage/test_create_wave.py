"""A wave from a file: everything that does not fit is told at once, and what fits is stored as a draft."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey.actions.instrument.publish_questionnaire import publish_questionnaire
from survey.actions.programme.create_wave import create_wave
from survey.actions.programme.open_wave import open_wave
from survey.exchange.fault import FaultsFoundError
from survey.instrument.canonical import canonical_bytes
from survey.instrument.load import to_definition
from survey.instrument.population import Population
from survey.programme.indicator import Rule
from survey.programme.margin import AGE_BANDS, SEXES
from survey.programme.target import Operator
from survey.programme.wave import WaveStatus
from survey.programme.wave_indicator import read_wave_indicator
from survey.settings import PROJECT
from survey.storage import Storage
from survey.storage.areas import save_areas
from survey.storage.questionnaires import QuestionnaireVersionRow, add_version
from survey.storage.waves import list_waves, load_indicators, load_margins, load_wave
from tests.factories import make_area_tree
from tests.unit.exchange.samples import QUESTIONNAIRE

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
QUESTIONNAIRES = PROJECT / "questionnaires"
BASE = {"zh-Hans": "有评价者", "en": "those who gave a judgement"}
WAVE: dict[str, Any] = {
    "id": "wave-2026-3",
    "name": {"zh-Hans": "第三轮", "en": "Third wave", "zh-Hant": "第三輪"},
    "population": "residents",
    "questionnaire": "resident",
    "version": 1,
    "indicators": [
        {
            "id": "SAT_ALL",
            "label": {"zh-Hans": "满意度", "en": "satisfaction"},
            "rule": "TOP",
            "items": ["a4"],
            "count": ["5", "4"],
            "dont_know": "excluded",
            "base": BASE,
            "target": {"operator": ">=", "value": 0.9, "source": "O11"},
        },
        {
            "id": "BUS",
            "label": {"zh-Hans": "公交", "en": "buses"},
            "rule": "WIDE",
            "items": ["b3"],
            "count": ["5", "4", "3"],
            "dont_know": "included",
            "base": BASE,
        },
        {
            "id": "BOTH",
            "label": {"zh-Hans": "合成", "en": "both"},
            "rule": "MEAN",
            "parts": ["SAT_ALL", "BUS"],
            "dont_know": "none",
            "base": BASE,
        },
        {
            "id": "SCORE",
            "label": {"zh-Hans": "得分", "en": "score"},
            "rule": "INDEX",
            "items": ["a4"],
            "coefficients": {"5": 100, "4": 80, "3": 60, "2": 30, "1": 0},
            "dont_know": "excluded",
            "base": BASE,
            "target": {"operator": ">=", "value": 95},
        },
    ],
    "header": {
        "form_number": "云创测3表",
        "authority": "云溪区创建办",
        "approved_by": "云溪区统计局",
        "approval_number": "云统制〔2026〕3号",
        "valid_until": "2027-12-31",
    },
    "organiser": {"name": {"zh-Hans": "云溪区创建办"}, "phone": "000-0000"},
    "margins": "margins.csv",
    "analysis": {"domains": [[], ["street"], ["f1"]], "interval": {"method": "wilson", "level": 0.9}},
}
MARGINS = "area,sex,age_band,total\n" + "".join(f"990101001,{sex},{band},100\n" for sex in SEXES for band in AGE_BANDS)


@pytest.fixture
def ready(storage: Storage) -> Storage:
    """A database with a district and the small questionnaire, without a wave."""
    definition = to_definition(QUESTIONNAIRE)
    with storage.write() as session:
        save_areas(session, make_area_tree().areas)
        row = QuestionnaireVersionRow(
            name="resident",
            version=1,
            sha256=QUESTIONNAIRE.sha256,
            definition=canonical_bytes(definition).decode(),
            published_at=NOW,
        )
        add_version(session, row)
    return storage


def write(folder: Path, table: str = MARGINS, **changes: Any) -> Path:
    """The file, with some keys replaced; None removes a key."""
    tree = {key: value for key, value in (WAVE | changes).items() if value is not None}
    (folder / "margins.csv").write_text(table, encoding="utf-8")
    (folder / "wave.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder / "wave.yaml"


def faults(storage: Storage, path: Path) -> list[str]:
    with pytest.raises(FaultsFoundError) as raised:
        create_wave(storage, QUESTIONNAIRES, path, NOW, "test")
    with storage.read() as session:
        assert [wave.id for wave in list_waves(session) if wave.id == "wave-2026-3"] == []
    return [str(fault) for fault in raised.value.faults]


def indicator(place: int, **changes: Any) -> list[dict[str, Any]]:
    """The file's indicators with one of them changed."""
    return [one | (changes if number == place else {}) for number, one in enumerate(WAVE["indicators"])]


def test_a_wave_is_stored_as_a_draft_with_indicators_and_margins(ready: Storage, tmp_path: Path) -> None:
    create_wave(ready, QUESTIONNAIRES, write(tmp_path), NOW, "test")
    with ready.read() as session:
        wave = load_wave(session, "wave-2026-3")
        indicators = [read_wave_indicator(text) for _, text in load_indicators(session, "wave-2026-3")]
        margins = load_margins(session, "wave-2026-3")
    assert wave is not None
    assert (wave.status, wave.population, wave.name.zh_hant) == (WaveStatus.DRAFT, Population.RESIDENTS, "第三輪")
    assert wave.header.valid_until == date(2027, 12, 31)
    assert yaml.safe_load(wave.analysis)["interval"] == {"method": "wilson", "level": 0.9}
    assert [one.indicator.id for one in indicators] == ["SAT_ALL", "BUS", "BOTH", "SCORE"]
    assert len(margins) == 10
    satisfied, bus, both, score = indicators
    assert satisfied.target is not None
    assert (satisfied.target.operator, satisfied.target.value) == (Operator.AT_LEAST, 0.9)
    assert satisfied.indicator.excluded_codes == ("8",)
    assert bus.indicator.excluded_codes == ("7", "9")  # not applicable and refused never stand in the base
    assert both.indicator.rule is Rule.MEAN
    assert score.indicator.coefficients == {"5": 100, "4": 80, "3": 60, "2": 30, "1": 0}
    assert score.is_score


def test_a_wave_that_was_created_can_be_opened(ready: Storage, tmp_path: Path) -> None:
    create_wave(ready, QUESTIONNAIRES, write(tmp_path), NOW, "test")
    assert open_wave(ready, "wave-2026-3", NOW, "test").status is WaveStatus.OPEN


def test_a_target_profile_brings_the_indicators_of_the_catalogue(storage: Storage, tmp_path: Path) -> None:
    publish_questionnaire(storage, QUESTIONNAIRES, "resident", 1, now=NOW, actor="test")
    path = write(tmp_path, indicators=None, target_profile="plan-s2", margins=None, analysis=None)
    create_wave(storage, QUESTIONNAIRES, path, NOW, "test")
    with storage.read() as session:
        frozen = {one: read_wave_indicator(text) for one, text in load_indicators(session, "wave-2026-3")}
    safe = frozen["SAFE"].target
    assert safe is not None
    assert (safe.operator, safe.value, frozen["SAFE"].indicator.rule) == (Operator.ABOVE, 0.85, Rule.WIDE)
    assert frozen["AWARE"].target is None


def test_margins_can_stand_in_the_file(ready: Storage, tmp_path: Path) -> None:
    cells = [{"area": "990101001", "sex": "1", "age_band": "65+", "total": 12}]
    create_wave(ready, QUESTIONNAIRES, write(tmp_path, margins=cells), NOW, "test")
    with ready.read() as session:
        (cell,) = load_margins(session, "wave-2026-3")
    assert cell.total == 12


def test_a_wave_is_created_once(ready: Storage, tmp_path: Path) -> None:
    create_wave(ready, QUESTIONNAIRES, write(tmp_path), NOW, "test")
    with pytest.raises(FaultsFoundError, match="id: expected an id that no wave has, found wave-2026-3"):
        create_wave(ready, QUESTIONNAIRES, write(tmp_path), NOW, "test")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": None}, "name: expected a value, found nothing"),
        ({"name": {"en": "x"}}, "name.zh-Hans: expected a value, found nothing"),
        ({"colour": "red"}, "colour: expected no such key"),
        ({"id": "Wave 3"}, "id: expected"),
        ({"population": "birds"}, "population: expected"),
        ({"population": "merchants"}, "population: expected residents, whom resident is for, found merchants"),
        ({"questionnaire": "other"}, "questionnaire: expected a published version"),
        ({"version": "0"}, "version: expected"),
        ({"target_profile": "plan-s2"}, "expected either target_profile or indicators"),
        ({"indicators": None}, "expected either target_profile or indicators"),
        ({"header": WAVE["header"] | {"valid_until": "soon"}}, "header.valid_until: expected"),
        ({"header": WAVE["header"] | {"authority": ""}}, "header.authority: expected"),
        ({"organiser": {"name": {"zh-Hans": "办"}}}, "organiser.phone: expected a value, found nothing"),
        ({"margins": "none.csv"}, "expected a file that can be read, found no such file"),
        ({"analysis": {"colour": 1}}, "analysis.colour: expected one of design"),
        ({"analysis": {"domains": [["colour"]]}}, "analysis: expected columns of the wave's responses, found colour"),
        ({"analysis": {"interval": {"method": "magic"}}}, "analysis.interval.method"),
        ({"indicators": indicator(0, items=["a99"])}, "indicators[0].items: expected a question with choices"),
        ({"indicators": indicator(0, items=["years"])}, "indicators[0].items: expected a question with choices"),
        ({"indicators": indicator(0, count=["6"])}, "indicators[0].count: expected a code of a4, found 6"),
        ({"indicators": indicator(0, count=[])}, "indicators[0].count: expected the codes that count"),
        ({"indicators": indicator(0, items=["a4", "b3"])}, "indicators[0].items: expected one item with TOP"),
        ({"indicators": indicator(0, rule="BEST")}, "indicators[0].rule: expected"),
        ({"indicators": indicator(1, id="SAT_ALL")}, "indicators[0].id: expected every id once"),
        ({"indicators": indicator(2, parts=["SAT_ALL"])}, "indicators[2]: expected an indicator that can be computed"),
        ({"indicators": indicator(2, parts=["SAT_ALL", "X"])}, "indicators[2].parts: expected the id of another"),
        ({"indicators": indicator(3, coefficients={"5": 101})}, "indicators[3].coefficients.5: expected"),
        ({"indicators": indicator(3, coefficients={})}, "indicators[3].coefficients: expected points"),
        ({"indicators": indicator(0, target={"operator": "=", "value": 0.9})}, "indicators[0].target.operator"),
        ({"indicators": indicator(0, target={"operator": ">", "value": 90})}, "expected a rate up to 1, found 90"),
    ],
)
def test_a_fault_of_the_file_names_its_key(ready: Storage, changes: dict[str, Any], fault: str, tmp_path: Path) -> None:
    found = faults(ready, write(tmp_path, **changes))
    assert [line for line in found if fault in line], found


@pytest.mark.parametrize(
    ("margins", "fault"),
    [
        ("area,sex,total\n", "margins.csv: row 1: expected the columns age_band"),
        ("area,sex,age_band,total\n999,1,65+,5\n", "margins.csv: row 2, area: expected a code of the area tree"),
        ("area,sex,age_band,total\n990101001,3,65+,5\n", "row 2: expected a cell of the population table"),
        ("area,sex,age_band,total\n990101001,1,old,5\n", "row 2: expected a cell of the population table"),
        ("area,sex,age_band,total\n990101001,1,65+,many\n", "row 2: expected a cell of the population table"),
        ("area,sex,age_band,total\n990101001,1,65+,-5\n", "row 2: expected a cell of the population table"),
        ("area,sex,age_band,total\n990101001,1,65+,nan\n", "row 2: expected a cell of the population table"),
        ("area,sex,age_band,total\n990101001,1,65+,5\n990101001,1,65+,6\n", "row 3: expected every cell once"),
    ],
)
def test_a_fault_of_the_margins_names_row_and_cell(ready: Storage, margins: str, fault: str, tmp_path: Path) -> None:
    found = faults(ready, write(tmp_path, table=margins))
    assert [line for line in found if fault in line], found


def test_every_fault_is_told_at_once(ready: Storage, tmp_path: Path) -> None:
    path = write(tmp_path, table="area,sex,age_band,total\n999,9,65+,5\n999,1,65+,5\n", population="merchants")
    assert len(faults(ready, path)) == 3


@pytest.mark.parametrize("content", ["", "- a\n", "id: [\n", "\ufeff\x00"])
def test_a_file_that_is_no_wave_is_told(ready: Storage, content: str, tmp_path: Path) -> None:
    (tmp_path / "wave.yaml").write_text(content, encoding="utf-8")
    assert len(faults(ready, tmp_path / "wave.yaml")) == 1
