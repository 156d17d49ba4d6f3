"""Import a file of responses (CSV, XLSX) into a wave: everything or nothing, and a second import doubles nothing.

The rows pass the same check as a form and leave the same rows in the tables; only the codes of letters are not used.
"""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.actions.progress import OnProgress, reported, tell_nobody
from survey.actions.response.match_quotas import cells_of
from survey.exchange.imports.response_mapping import ResponseMapping, read_mapping
from survey.exchange.imports.response_table import ReadRow, ResponseReader, imported_response_id
from survey.exchange.input_table import InputTable, read_table
from survey.instrument.canonical import sha256_hex
from survey.programme.wave import WaveError, WaveStatus
from survey.response.receipt import Outcome
from survey.response.response import Submission
from survey.response.response_import import ImportRefusedError, ImportStatus, ResponseImport
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.deliveries import Delivery
from survey.storage.events import new_event, record_event
from survey.storage.hour_counts import forget_hours
from survey.storage.marking import mark_new
from survey.storage.questionnaires import require_questionnaire
from survey.storage.response_imports import ImportedResponseRow, add_import, change_import, withdrawn_of
from survey.storage.responses import ConflictRow, LedgerRow, ResponseRow
from survey.storage.waves import require_wave

_GROUP = 500  # rows per statement: below the number of parameters that SQLite and PostgreSQL take
_ATTEMPTS = 2
_UNSTORED = (ImportStatus.DRAFT, ImportStatus.FAULTY, ImportStatus.CHECKED)


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
    source = FileOfResponses(read_table(file), file.name, sha256_hex(file.read_bytes()), "flask responses import")
    return import_table(storage, key, wave_id, source, mapping, now, dry_run=dry_run, on_progress=on_progress)


@dataclass(frozen=True)
class FileOfResponses:
    """A table, the name and hash of the file that it came from, and who imports it."""

    table: InputTable
    name: str
    sha256: str
    actor: str


def import_table(
    storage: Storage,
    key: str,
    wave_id: str,
    source: FileOfResponses,
    mapping: ResponseMapping,
    now: datetime,
    *,
    dry_run: bool = False,
    on_progress: OnProgress = tell_nobody,
    import_id: str | None = None,
    within: Callable[[Session], None] = lambda session: None,
) -> ImportedResponses:
    """As `import_responses`, for a table that was read. `import_id`: of an import that is there; else one is made.

    `within` is called in the transaction that stores the responses, at its end.
    """
    with storage.read() as session:
        wave = require_wave(session, wave_id)
        if wave.status is WaveStatus.DRAFT:
            raise WaveError(f"wave {wave_id}: expected an open or closed wave, found a draft; open it first")
        questionnaire = require_questionnaire(session, wave.questionnaire, wave.version)
        areas = frozenset(load_area_tree(session).by_code)
    reader = ResponseReader(wave_id, questionnaire, mapping, areas, now)
    steps = 2 * len(source.table.rows)  # every row is checked, then stored
    read = reader.read(source.table, reported(source.table.records(), 0, steps, on_progress))
    submissions = _under_new_ids(storage, wave_id, read)
    writing = _Writing(
        wave_id,
        deliveries=[
            Delivery.of(submission, key, received_at, cells_of(storage, submission))
            for submission, received_at in submissions
        ],
        rows=len(read),
        source=source,
        now=now,
        dry_run=dry_run,
        import_id=import_id,
        within=within,
    )
    for attempt in range(_ATTEMPTS):
        try:
            return writing.run(storage, on_progress)
        except IntegrityError:
            # The same responses arrived from elsewhere in between; looked at again, they are known.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _under_new_ids(storage: Storage, wave_id: str, read: Sequence[ReadRow]) -> list[tuple[Submission, datetime]]:
    """The rows with something to store; one whose import was withdrawn comes again under its next id."""
    found: list[tuple[Submission, datetime]] = []
    with storage.read() as session:
        for start in range(0, len(read), _GROUP):
            group = {row.row_id: row for row in read[start : start + _GROUP] if row.submission}
            ids = {row_id: row.submission.response_id for row_id, row in group.items() if row.submission}
            again = 0
            while withdrawn := withdrawn_of(session, wave_id, list(ids.values())):
                again += 1
                for row_id in [row_id for row_id, response_id in ids.items() if response_id in withdrawn]:
                    ids[row_id] = imported_response_id(wave_id, row_id, again)
            for row_id, row in group.items():
                if row.submission is not None:
                    found.append((replace(row.submission, response_id=ids[row_id]), row.received_at))
    return found


@dataclass(frozen=True)
class _Writing:
    """What is to be written, in one transaction."""

    wave_id: str
    deliveries: Sequence[Delivery]
    rows: int
    source: FileOfResponses
    now: datetime
    dry_run: bool
    import_id: str | None
    within: Callable[[Session], None]

    def run(self, storage: Storage, on_progress: OnProgress) -> ImportedResponses:
        counts = Counter(new=0, already_received=0, conflicts=0)
        groups = [self.deliveries[start : start + _GROUP] for start in range(0, len(self.deliveries), _GROUP)]
        below_age = self.rows - len(self.deliveries)
        with storage.read() if self.dry_run else storage.write() as session:
            import_id = self.import_id if self.dry_run else self._begin(session)
            for group in groups:
                new, other = _sorted_out(session, self.wave_id, group)
                counts.update(new=len(new), conflicts=len(other), already_received=len(group) - len(new) - len(other))
                if not self.dry_run:
                    _insert(session.connection(), new, other, import_id)
                on_progress(self.rows + counts.total(), 2 * self.rows)
            if not self.dry_run:
                self._end(session, import_id, counts | {"rows": self.rows, "below_age": below_age})
                self.within(session)
        return ImportedResponses(rows=self.rows, below_age=below_age, stored=not self.dry_run, **counts)

    def _begin(self, session: Session) -> str:
        """The import that the responses will refer to."""
        if self.import_id is not None:
            return self.import_id
        made = ResponseImport(
            str(uuid.uuid4()),
            self.wave_id,
            self.source.name,
            self.source.sha256,
            ImportStatus.DRAFT,
            self.source.actor,
            self.now,
        )
        add_import(session, made)
        return made.id

    def _end(self, session: Session, import_id: str | None, counts: Mapping[str, int]) -> None:
        if import_id is None or not change_import(
            session, import_id, _UNSTORED, ImportStatus.STORED, counts=dict(counts), stored_at=self.now, faults=[]
        ):
            raise ImportRefusedError("import: expected one that is not stored yet, found one that is")
        facts = {"file": self.source.name, "sha256": self.source.sha256, "import": import_id, **counts}
        detail = json.dumps(facts, ensure_ascii=False)
        record_event(session, new_event(self.now, self.source.actor, "import_responses", self.wave_id, detail))


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


def _insert(connection: Connection, new: Sequence[Delivery], other: Sequence[Delivery], import_id: str | None) -> None:
    if new:
        forget_hours(connection, new[0].submission.wave, [one.received_at for one in new])
        connection.execute(insert(ResponseRow), [one.response_values() for one in new])
        connection.execute(insert(LedgerRow), [one.ledger_values(Outcome.ACCEPTED) for one in new])
        mark_new(connection, new)
        came = [{"wave": one.submission.wave, "response_id": one.submission.response_id} for one in new]
        connection.execute(insert(ImportedResponseRow), [{**row, "import_id": import_id} for row in came])
    if other:
        connection.execute(insert(LedgerRow), [one.ledger_values(Outcome.CONFLICT) for one in other])
        connection.execute(insert(ConflictRow), [one.conflict_values(Outcome.CONFLICT) for one in other])
