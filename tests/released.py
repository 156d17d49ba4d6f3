"""A closed wave with a finished run whose figures a test chooses: what the tests of released results work with."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from survey.actions.instrument.check_questionnaires import check_questionnaires
from survey.instrument.text import Text
from survey.programme.wave import WaveStatus
from survey.programme.wave_indicator import WaveIndicator, dump_wave_indicator
from survey.storage import Storage
from survey.storage.analyses import AnalysisRunRow
from survey.storage.waves import save_indicators
from tests.factories import COMMUNITY, DISTRICT, STREET, StoredWave, make_wave
from tests.published import FOLDER, store_real_wave

CLOSED = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
SUMMARY = Text("路灯修好了。\n停车位划了线。", "Street lamps were repaired.", "路燈修好了。")
# Street 001 has 200 answers, 012 of them in a community that is too small; street 002 has 150.
ANSWERS_OF: Mapping[str, int] = {
    DISTRICT: 350,
    STREET: 200,
    COMMUNITY: 188,
    "990101001002": 12,
    "990101002": 150,
    "990101002001": 80,
    "990101002002": 70,
}


@cache
def indicators() -> tuple[WaveIndicator, ...]:
    """One rate with a target, and one without."""
    checked = check_questionnaires(FOLDER)
    profile = checked.profiles["plan-s2"]
    frozen = [WaveIndicator(one, profile.target(one.id)) for one in checked.catalogue.values()]
    rates = [one for one in frozen if not one.is_score]
    with_target = next(one for one in rates if one.target is not None)
    return with_target, next(one for one in rates if one.target is None)


def entry(indicator: WaveIndicator, area: str, n: int, estimate: float = 0.9) -> dict[str, Any]:
    """One estimate as estimates.json has it; fewer than 30 answers are not publishable."""
    column = {6: None, 9: "street", 12: "community"}[len(area)]
    target = indicator.target
    return {
        "indicator": indicator.indicator.id,
        "domain": {column: area} if column else {},
        "category": None,
        "n_base": n,
        "estimate": estimate,
        "intervals": [{"method": "korn-graubard", "level": 0.9, "lower": estimate - 0.03, "upper": estimate + 0.02}],
        "target": target.value if target else None,
        "operator": target.operator.value if target else None,
        "decision": "met" if target else "none",
        "point_meets": True if target else None,
        "n_effective": n / 1.2,
        "deff": 1.2,
        "dk_share": 0.04,
        "publishable": n >= 30,
        "flags": [] if n >= 30 else ["not publishable: n<30"],
    }


def estimates(answers_of: Mapping[str, int]) -> dict[str, Any]:
    """An estimates.json with both indicators in every area of `answers_of`."""
    return {
        "rows": max(answers_of.values()),
        "plan_sha256": "a" * 64,
        "data_sha256": "b" * 64,
        "software": "test",
        "variance": "linearisation",
        "warnings": [],
        "weights": {"sum": 1.0, "min": 1.0, "max": 1.0, "kish_deff": 1.0, "effective_n": 300.0, "steps": []},
        "estimates": [entry(one, area, n) for one in indicators() for area, n in answers_of.items()],
    }


def add_run(
    storage: Storage,
    wave: str,
    started_at: datetime,
    answers_of: Mapping[str, int] = ANSWERS_OF,
    steps: Sequence[Mapping[str, str]] = (),
) -> str:
    """A finished run of the wave; its id. `steps`: the weighting steps that it tells of."""
    prob = estimates(answers_of)
    prob["weights"]["steps"] = list(steps)
    result = {"prob": prob, "qr": None, "rows": {"prob": 350, "qr": 0}}
    run = AnalysisRunRow(
        wave=wave,
        run_id=str(uuid.uuid4()),
        status="done",
        started_at=started_at,
        finished_at=started_at + timedelta(minutes=1),
        plan="",
        result=json.dumps(result),
    )
    with storage.write() as session:
        session.add(run)
    return run.run_id


def store_closed_wave(storage: Storage, answers_of: Mapping[str, int] = ANSWERS_OF) -> StoredWave:
    """A closed wave with two indicators and a finished run that began after it was closed."""
    wave = make_wave(status=WaveStatus.CLOSED, closed_at=CLOSED)
    stored = store_real_wave(storage, wave=wave)
    with storage.write() as session:
        save_indicators(session, wave.id, [(one.indicator.id, dump_wave_indicator(one)) for one in indicators()])
    add_run(storage, wave.id, CLOSED + timedelta(days=2), answers_of)
    return stored
