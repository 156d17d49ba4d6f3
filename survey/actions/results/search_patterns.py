"""Show patterns of interviewers at once: found anew in a small wave, in a large one kept by the job that found them."""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.actions.jobs.ask_for_job import add_job
from survey.actions.jobs.job_run import JobRun
from survey.actions.programme.list_waves_in_area import codes_within
from survey.actions.results.find_patterns import CopyRow, EffectRow, FoundPatterns, Outlier, find_patterns
from survey.instrument.text import Text
from survey.jobs.job import Job, JobKind
from survey.programme.wave import Wave
from survey.programme.wave_indicator import read_wave_indicator
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.jobs import find_job
from survey.storage.pattern_searches import PatternSearchRow, keep_found, load_search, note_search
from survey.storage.response_counts import count_by_source
from survey.storage.waves import load_indicators, require_wave

QUICK = 2000  # answers of the drawn sample that are looked at while somebody waits for the page: some two seconds


@dataclass(frozen=True)
class PatternSearch:
    """What there is to show of `wave`: `found` is None before anything was found.

    `found_at` is None where it was found just now. `more`: how many answers of the drawn sample have come since, fewer
    than 0 where some count no longer. `job`: the newest search, while it waits or goes on and after it failed.
    """

    wave: Wave
    found: FoundPatterns | None
    found_at: datetime | None = None
    more: int = 0
    job: Job | None = None


def open_patterns(storage: Storage, wave_id: str, area: str) -> PatternSearch:
    """Find them if the drawn sample in `area` has no more than `QUICK` answers, else show what is kept.

    Raises `WaveError` for an unknown wave.
    """
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        counted = _counted(session, wave_id, area)
        row = load_search(session, wave_id, area)
        if counted > QUICK:
            job = find_job(session, row.job_id) if row is not None else None
            if row is None or row.found_at is None:
                return PatternSearch(wave, None, job=job)
            found = _read(session, wave, row)
            return PatternSearch(wave, found, row.found_at, counted - (row.counted or 0), job)
    return PatternSearch(wave, find_patterns(storage, wave_id, area))


def search_patterns(storage: Storage, wave_id: str, area: str, actor: str, now: datetime) -> str:
    """The id of the job that looks for them; one that waits or goes on is not started again. Raises `WaveError`."""
    try:
        return _search(storage, wave_id, area, actor, now)
    except IntegrityError:  # somebody else asked in between: looked at again, it is there
        return _search(storage, wave_id, area, actor, now)


def _search(storage: Storage, wave_id: str, area: str, actor: str, now: datetime) -> str:
    with storage.write() as session:
        require_wave(session, wave_id)
        only_one = f"patterns {wave_id} {area}"
        job = add_job(session, JobKind.PATTERNS, str(uuid.uuid4()), actor, now, wave_id, {"area": area}, only_one)
        note_search(session, wave_id, area, job)
        return job


def keep_patterns(run: JobRun, wave_id: str) -> None:
    """The job: find them and keep them, in the transaction that ends it."""
    area, at = run.job.parameters["area"], run.clock()
    with run.storage.read() as session:
        counted = _counted(session, wave_id, area)
    found = find_patterns(run.storage, wave_id, area, run.report)
    with run.storage.write() as session:
        keep_found(session, wave_id, area, at, counted, _written(found))
        run.settle(session)


def _counted(session: Session, wave_id: str, area: str) -> int:
    inside = codes_within(load_area_tree(session), area)
    counts = count_by_source(session, wave_id)
    return sum(one.n for one in counts if one.source is Source.PROB and one.area in inside)


def _written(found: FoundPatterns) -> str:
    """As JSON, without the wave; labels are those of the wave's indicators when it is read."""
    kept = asdict(found)
    del kept["wave"]
    return json.dumps(kept, ensure_ascii=False)


def _read(session: Session, wave: Wave, row: PatternSearchRow) -> FoundPatterns:
    kept: dict[str, Any] = json.loads(row.result)
    frozen = [read_wave_indicator(text) for _, text in load_indicators(session, wave.id)]
    labels: dict[str, Text] = {one.indicator.id: one.indicator.label for one in frozen}
    return FoundPatterns(
        wave,
        kept["answers"],
        kept["interviewers"],
        kept["enough"],
        tuple(EffectRow(**one | {"label": labels[one["indicator"]]}) for one in kept["effects"]),
        tuple(Outlier(**one | {"label": labels[one["indicator"]]}) for one in kept["outliers"]),
        tuple(CopyRow(**one) for one in kept["copies"]),
        kept["parts"],
    )
