"""The whole way once, on numbers one can check by hand: from a questionnaire to a decision.

Two streets (strata) with two communities each (PSUs), ten letters per community. A household of the first street stands
for 10 people, one of the second for 30. Satisfied are 10, 8, 8 and 6 of ten.

* rate: (10·18 + 30·14) / (10·20 + 30·20) = 600/800 = 0.75
* PSU totals of w·(y − 0.75)/800: 0.03125, 0.00625 | 0.01875, −0.05625
* variance: 2·2·(0.0125²) + 2·2·(0.0375²) = 0.000625 + 0.005625 = 1/160; standard error 0.0790569…
* degrees of freedom: 4 PSUs − 2 strata = 2

Three quarters are satisfied, and still 40 answers in four communities do not prove "more than 70 %".
"""

import json
import math
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from survey.actions.instrument.publish_questionnaire import publish_questionnaire
from survey.actions.results.analyse_wave import analyse_wave
from survey.actions.upkeep.verify_storage import verify_storage
from survey.app import create_app
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.text import Text
from survey.invitation.code import make_code
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType, SelectionDesign
from survey.programme.indicator import DontKnowPolicy, Indicator, Rule, Unit
from survey.programme.target import Operator, Target
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.settings import read_settings
from survey.storage import Storage
from survey.storage.areas import save_areas
from survey.storage.invitations import save_invitations
from survey.storage.waves import save_indicators, save_wave
from tests.factories import KEY, NOW, WAVE, make_area_tree, make_poster, make_wave

TINY = Path(__file__).parent / "questionnaires"
SATISFIED = {"990101001001": 10, "990101001002": 8, "990101002001": 8, "990101002002": 6}
BASE_WEIGHT = {"990101001": 10.0, "990101002": 30.0}
SATISFIED_CODE, DISSATISFIED_CODE = "3", "1"


def test_answers_given_on_a_phone_become_a_rate_with_an_honest_decision(database_url: str, tmp_path: Path) -> None:
    client = _client(database_url, tmp_path)
    storage = Storage(database_url)
    letters, poster = _prepare(storage, tmp_path)

    receipts = [
        _answer(client, letter.code, SATISFIED_CODE if number < SATISFIED[letter.area] else DISSATISFIED_CODE)
        for letters_of_area in letters.values()
        for number, letter in enumerate(letters_of_area)
    ]
    assert len(set(receipts)) == 40
    for _ in range(2):  # self-selected: reported beside the sample, never in it
        _answer(client, poster.code, DISSATISFIED_CODE)
    assert client.get(f"/r/{receipts[0]}").status_code == 200
    assert not list(verify_storage(storage, KEY))

    analyse_wave(storage, WAVE, tmp_path / "bundle", NOW)
    overall = _overall(tmp_path / "bundle" / "estimates.json")
    assert overall["n"] == 40
    assert overall["estimate"] == pytest.approx(0.75, rel=1e-12)
    assert overall["se"] == pytest.approx(math.sqrt(1 / 160), rel=1e-12)
    assert overall["df"] == 2
    assert overall["point_meets"] is True
    assert overall["decision"] == "undetermined"

    self_selected = _overall(tmp_path / "bundle" / "qr" / "estimates.json")
    assert (self_selected["n"], self_selected["estimate"]) == (2, 0.0)
    assert self_selected["decision"] == "none"
    storage.close()


def test_the_same_form_sent_again_is_counted_once_and_gets_the_same_receipt(database_url: str, tmp_path: Path) -> None:
    client = _client(database_url, tmp_path)
    storage = Storage(database_url)
    letters, _ = _prepare(storage, tmp_path)
    form = _open(client, letters["990101001001"][0].code)
    receipts = {_send(client, form, SATISFIED_CODE) for _ in range(3)}  # double tap, reload, lost reply
    assert len(receipts) == 1
    assert not list(verify_storage(storage, KEY))
    storage.close()


def _client(database_url: str, tmp_path: Path) -> FlaskClient:
    environment = {
        "SURVEY_ENV": "test",
        "DATABASE_URL": database_url,
        "SECRET_KEY": KEY,
        "SURVEY_VAR": str(tmp_path / "var"),
    }
    return create_app(read_settings(environment)).test_client()


def _prepare(storage: Storage, tmp_path: Path) -> tuple[dict[str, list[Invitation]], Invitation]:
    """A questionnaire, a wave with one indicator and its target, forty letters and a poster."""
    folder = tmp_path / "questionnaires"
    shutil.copytree(TINY, folder)
    published = publish_questionnaire(storage, folder, "minimum_age", 1, now=NOW, actor="test")
    poster = make_poster()
    letters = {area: [_letter(area) for _ in range(10)] for area in SATISFIED}
    with storage.write() as session:
        save_areas(session, make_area_tree().areas)
        save_wave(session, make_wave(questionnaire="minimum_age"))
        save_indicators(session, WAVE, [("SERVICE", dump_wave_indicator(_indicator(published.questionnaire)))])
        save_invitations(session, [poster, *(letter for area in letters.values() for letter in area)])
    return letters, poster


def _letter(area: str) -> Invitation:
    design = SelectionDesign(stratum=area[:9], psu=area, base_weight=BASE_WEIGHT[area[:9]])
    return Invitation(WAVE, make_code(), InvitationKind.LETTER, area, Text("住户"), PlaceType.HOME, design)


def _indicator(questionnaire: Questionnaire) -> WaveIndicator:
    item = questionnaire.item("service")
    chosen = {choice.code: choice for choice in item.choices}
    indicator = Indicator(
        id="SERVICE",
        version=1,
        label=Text("服务满意率", "Satisfaction with the service"),
        rule=Rule.TOP,
        questionnaires=("minimum_age",),
        items=("service",),
        counted=(chosen[SATISFIED_CODE],),
        excluded=(),
        dont_knows=(),
        parts=(),
        dont_know=DontKnowPolicy.NONE,
        base=Text("有评价者", "people who judged it"),
        unit_type=Text("创建办", "creation office"),
    )
    return WaveIndicator(indicator, Target("SERVICE", Operator.ABOVE, 0.7, Unit.RATE))


def _answer(client: FlaskClient, code: str, service: str) -> str:
    return _send(client, _open(client, code), service)


def _open(client: FlaskClient, code: str) -> str:
    """Scan the code; the address of the form on one page, which holds the response's id under a signature."""
    page = client.get(f"/q/{code}")
    assert page.status_code == 200
    found = re.search(r'href="(/a/[^"]+/all)"', page.text)
    assert found, "the start page leads to the form"
    return found[1]


def _send(client: FlaskClient, form: str, service: str) -> str:
    reply = client.post(form, data={"age": "34", "service": service, "go": "send"})
    assert reply.status_code == 303, reply.text
    return reply.location.split("/r/")[1].split("/")[0]


def _overall(path: Path) -> dict[str, object]:
    estimates = json.loads(path.read_text())["estimates"]
    overall: dict[str, object] = next(entry for entry in estimates if entry["domain"] == {})
    return overall
