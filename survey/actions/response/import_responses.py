"""Import a file of responses (CSV, XLSX) into a wave: everything or nothing, and a second import doubles nothing.

The rows pass the same check as a form and leave the same rows in the tables; only the codes of letters are not used.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.actions.progress import OnProgress, reported, tell_nobody
from survey.actions.response.match_quotas import cells_of
from survey.exchange.imports.response_mapping import read_mapping
from survey.exchange.imports.response_table import ResponseReader
from survey.exchange.input_table import read_table
from survey.instrument.canonical import sha256_hex
from survey.programme.wave import WaveError, WaveStatus
from survey.response.receipt import Outcome
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.deliveries import Delivery
from survey.storage.events import EventRow, new_event, record_event
from survey.storage.marking import mark_new
from survey.storage.questionnaires import require_questionnaire
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow
from survey.storage.waves import require_wave

_GROUP = 500  # rows per statement: below the number of parameters that SQLite and PostgreSQL take
_ATTEMPTS = 2


@dataclass(frozen=True)
class ImportedResponses:
    """What became of a file's rows. `below_age`: rows of people below the minimum age, of whom nothing is stored."""

    rows: int
    new: int
    already_received: int
    conflicts: int
    below_age: int
    stored: bool


def import_responses(
    storage: Storage,
    key: str,
    wave_id: str,
    *,
    file: Path,
    mapping_file: Path,
    now: datetime,
    dry_run: bool = False,
    on_progress: OnProgress = tell_nobody,
) -> ImportedResponses:
    """Read `file` by its mapping and store every response that is not there yet; `key` signs the receipts.

    A row that was imported before with other content is kept for review, as a second delivery of a form is.
    Raises `FaultsFoundError` (all faults of mapping and file), `WaveError`; then nothing is written.
    """
    mapping = read_mapping(mapping_file)
    table = read_table(file)
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        if wave.status is WaveStatus.DRAFT:
            raise WaveError(f"wave {wave_id}: expected an open or closed wave, found a draft; open it first")
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        areas = frozenset(load_area_tree(session).by_code)
    reader = ResponseReader(wave_id, questionnaire, mapping, areas, now)
    steps = 2 * len(table.rows)  # every row is checked, then stored
    read = reader.read(table, reported(table.records(), 0, steps, on_progress))
    writing = _Writing(
        wave_id,
        deliveries=[
            Delivery.of(row.submission, key, row.received_at, cells_of(storage, row.submission))
            for row in read
            if row.submission
        ],
        rows=len(read),
        source={"file": file.name, "sha256": sha256_hex(file.read_bytes())},
        now=now,
        dry_run=dry_run,
    )
    for attempt in range(_ATTEMPTS):
        try:
            return writing.run(storage, on_progress)
        except IntegrityError:
            # The same responses arrived from elsewhere in between; looked at again, they are known.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


@dataclass(frozen=True)
class _Writing:
    """What is to be written, in one transaction."""

    wave_id: str
    deliveries: Sequence[Delivery]
    rows: int
    source: Mapping[str, str]
    now: datetime
    dry_run: bool

    def run(self, storage: Storage, on_progress: OnProgress) -> ImportedResponses:
        counts = Counter(new=0, already_received=0, conflicts=0)
        groups = [self.deliveries[start : start + _GROUP] for start in range(0, len(self.deliveries), _GROUP)]
        with storage.read() if self.dry_run else storage.write() as session:
            for group in groups:
                new, other = _sorted_out(session, self.wave_id, group)
                counts.update(new=len(new), conflicts=len(other), already_received=len(group) - len(new) - len(other))
                if not self.dry_run:
                    _insert(session.connection(), new, other)
                on_progress(self.rows + counts.total(), 2 * self.rows)
            if not self.dry_run:
                record_event(session, self._event(counts))
        below_age = self.rows - len(self.deliveries)
        return ImportedResponses(rows=self.rows, below_age=below_age, stored=not self.dry_run, **counts)

    def _event(self, counts: Mapping[str, int]) -> EventRow:
        detail = json.dumps({**self.source, **counts}, ensure_ascii=False)
        return new_event(self.now, "flask responses import", "import_responses", self.wave_id, detail)


def _sorted_out(session: Session, wave_id: str, group: Sequence[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
    """The deliveries of the group that are new, and those whose response is there with other content."""
    ids = [delivery.submission.response_id for delivery in group]
    ledger = select(LedgerRow.response_id, LedgerRow.sha256).where(
        LedgerRow.wave == wave_id, LedgerRow.response_id.in_(ids)
    )
    delivered = {(response_id, sha256) for response_id, sha256 in session.execute(ledger)}
    stored = select(ResponseRow.response_id).where(ResponseRow.wave == wave_id, ResponseRow.response_id.in_(ids))
    present = set(session.scalars(stored))
    fresh = [one for one in group if (one.submission.response_id, one.sha256) not in delivered]
    new = [one for one in fresh if one.submission.response_id not in present]
    return new, [one for one in fresh if one.submission.response_id in present]


def _insert(connection: Connection, new: Sequence[Delivery], other: Sequence[Delivery]) -> None:
    if new:
        connection.execute(insert(ResponseRow), [one.response_values() for one in new])
        connection.execute(insert(LedgerRow), [one.ledger_values(Outcome.ACCEPTED) for one in new])
        mark_new(connection, new)
    if other:
        connection.execute(insert(LedgerRow), [one.ledger_values(Outcome.CONFLICT) for one in other])
        connection.execute(insert(ConflictRow), [one.conflict_values(Outcome.CONFLICT) for one in other])
