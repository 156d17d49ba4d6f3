"""Release the results of a wave to everyone, or withdraw them. Both are logged; an edition never changes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analysis.dispositions import DispositionClass, disposition_class
from analysis.outcome_rates import outcome_rates
from survey.actions.webhooks.announce import announce
from survey.fieldwork.case import Phase, SampledCase
from survey.instrument.text import LANGUAGES, Text
from survey.opinion.personal_data import holds_personal_data
from survey.programme.release import SUMMARY_LIMIT, Fieldwork, Release, ReleaseError
from survey.programme.wave import WaveStatus
from survey.programme.webhook import HookEvent
from survey.storage import Storage
from survey.storage.analyses import newest_run
from survey.storage.events import new_event, record_event
from survey.storage.fieldwork import list_cases
from survey.storage.later_changes import changes_since
from survey.storage.releases import add_release, newest_release, withdraw_release
from survey.storage.waves import require_wave


def release_results(storage: Storage, wave_id: str, summary: Text, now: datetime, actor: str) -> Release:
    """Make the newest finished run public as the next edition.

    `summary`: what was changed because of the opinions, in three languages. Raises `WaveError` for an unknown wave and
    `ReleaseError` with every gap; nothing is released then.
    """
    try:
        with storage.write() as session:
            faults = [*gaps_of(session, wave_id), *_faults_of(summary)]
            run = newest_run(session, wave_id, "done")
            if faults or run is None:
                raise ReleaseError(faults)
            before = newest_release(session, wave_id)
            release = Release(
                wave=wave_id,
                edition=before.edition + 1 if before else 1,
                run=run.run_id,
                summary=summary,
                fieldwork=fieldwork_of(list_cases(session, wave_id)),
                released_at=now,
                released_by=actor,
            )
            add_release(session, release)
            detail = f"edition {release.edition}, run {release.run}"
            record_event(session, new_event(now, actor, "release_results", wave_id, detail))
            announce(session, HookEvent.RESULTS_RELEASED, {"wave": wave_id, "edition": release.edition}, now)
            return release
    except IntegrityError as error:
        raise ReleaseError(["another_released"]) from error


def withdraw_results(storage: Storage, wave_id: str, reason: str, now: datetime, actor: str) -> None:
    """Take the public results back; from now on their page shows no figure. The reason is kept in the log.

    Raises `ReleaseError` when nothing is public or no reason is given.
    """
    reason = reason.strip()
    with storage.write() as session:
        release = newest_release(session, wave_id)
        if release is None or not release.public:
            raise ReleaseError(["nothing_public"])
        if not reason:
            raise ReleaseError(["no_reason"])
        withdraw_release(session, release, now, reason)
        detail = f"edition {release.edition}: {reason}"
        record_event(session, new_event(now, actor, "withdraw_results", wave_id, detail))
        announce(session, HookEvent.RESULTS_WITHDRAWN, {"wave": wave_id, "edition": release.edition}, now)


def gaps_of(session: Session, wave_id: str) -> list[str]:
    """What keeps the wave's results from being released, as keys that the page has words for.

    Results of a wave that still asks would tell people what to answer, so it has to be closed.
    """
    wave = require_wave(session, wave_id)
    run = newest_run(session, wave_id, "done")
    gaps = [] if wave.status is WaveStatus.CLOSED else ["not_closed"]
    if run is None:
        return [*gaps, "no_run"]
    return [*gaps, "answers_after_run"] if changes_since(session, wave_id, run.started_at).total else gaps


def _faults_of(summary: Text) -> list[str]:
    texts = summary.to_mapping()
    faults = [f"summary_{language}" for language in LANGUAGES if not 0 < len(texts.get(language, "")) <= SUMMARY_LIMIT]
    return [*faults, "personal_data"] if any(map(holds_personal_data, texts.values())) else faults


def fieldwork_of(cases: Sequence[SampledCase]) -> Fieldwork:
    """Counts of the drawn dwellings and AAPOR's RR1 (Standard Definitions, 10th edition, 2023).

    Replacements are left out: they would make the response look better than it was.
    """
    cases = [case for case in cases if case.phase is Phase.MAIN]
    counts = dict.fromkeys(DispositionClass, 0.0)
    for case in cases:
        counts[disposition_class(case.disposition.value)] += 1
    rr1 = outcome_rates(counts).rates["RR1"] if cases else None
    return Fieldwork(len(cases), int(counts[DispositionClass.COMPLETE]), rr1)
