"""Verify what is stored: hashes, receipts, and whether ledger, responses, conflicts and code uses say the same.

Reads one snapshot from beginning to end in constant memory and changes nothing.
"""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.actions.progress import OnProgress, tell_nobody
from survey.actions.upkeep.verify_versions import check_versions
from survey.instrument.canonical import canonical_bytes, sha256_hex
from survey.response.receipt import Outcome, sign_receipt
from survey.response.response import Purpose
from survey.storage import Storage
from survey.storage.audit import (
    AuditedDelivery,
    WaveCounts,
    conflicts_without_ledger,
    count_by_wave,
    count_deliveries,
    responses_naming_a_letter,
    responses_without_ledger,
    stream_attachments,
    stream_deliveries,
    stream_recordings,
    used_codes_without_letter,
)
from survey.storage.hour_counts import hours_that_differ
from survey.storage.quotas import quota_disagreements

_HELD = {Outcome.ACCEPTED, Outcome.CHANGED, Outcome.WITHDRAWN}


@dataclass(frozen=True)
class Disagreement:
    """One thing that does not agree: where (table, wave, key) and what."""

    table: str
    wave: str
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.table}: wave {self.wave}: {self.subject}: {self.what}"


def verify_storage(storage: Storage, key: str, on_progress: OnProgress = tell_nobody) -> Iterator[Disagreement]:
    """Every disagreement, one after the other. `key` is the one that signs receipts.

    `on_progress` is told how many ledger rows of how many have been read.
    """
    with storage.read() as session:
        total = count_deliveries(session)
        on_progress(0, total)
        for done, delivery in enumerate(stream_deliveries(session), start=1):
            for what in _check_delivery(delivery, key):
                yield Disagreement("ledger", delivery.wave, delivery.response_id, what)
            on_progress(done, total)
        yield from _check_orphans(session)
        yield from _check_attachments(session)
        yield from _check_recordings(session)
        for wave, cell, accepted, counted in quota_disagreements(session):
            yield Disagreement("quota", wave, cell, f"the counter says {accepted}, answers counted: {counted}")
        for counts in count_by_wave(session):
            yield from _check_counts(counts)
            for hour in hours_that_differ(session, counts.wave):
                yield Disagreement("hour_count", counts.wave, f"{hour:%Y-%m-%d %H}:00 UTC", "not what the rows say")
        for wave, what in check_versions(session):
            yield Disagreement("wave_version", wave, "versions", what)


def _check_delivery(delivery: AuditedDelivery, key: str) -> Iterator[str]:
    """The row against itself (hash of the content, receipt of the hash, names in the content), then its response."""
    if sha256_hex(delivery.content.encode()) != delivery.sha256:
        yield "the content has another sha256 than its row"  # and nothing in it can be compared with anything
        return
    expected = sign_receipt(key, delivery.wave, delivery.response_id, delivery.sha256)
    if not hmac.compare_digest(expected, delivery.receipt):
        yield f"the receipt {delivery.receipt} was not signed with this installation's key"
    content = json.loads(delivery.content)
    if (content["wave"], content["response"]) != (delivery.wave, delivery.response_id):
        yield f"the content names wave {content['wave']}, response {content['response']}"
    yield from _check_counterpart(delivery)


def _check_counterpart(delivery: AuditedDelivery) -> Iterator[str]:
    """The edition that holds is a response with the same content; one before it is history; all else is a conflict."""
    if delivery.outcome not in _HELD:
        if delivery.conflict_reason is None:
            yield f"kept as {delivery.outcome}, but no conflict waits for a decision"
        elif delivery.conflict_reason != delivery.outcome:
            yield f"kept as {delivery.outcome}, but the conflict says {delivery.conflict_reason}"
        return
    if delivery.conflict_reason is not None:
        yield f"{delivery.outcome}, and yet a conflict"
    if delivery.response_sha256 is None:
        yield f"{delivery.outcome}, but there is no response"
        return
    if (delivery.edition is None) != (delivery.outcome == Outcome.ACCEPTED):
        yield f"{delivery.outcome}, but as edition {delivery.edition or 1}"
    if delivery.edition != delivery.latest_edition:
        return
    yield from _check_editions(delivery)
    if delivery.response_sha256 != delivery.sha256:
        yield f"{delivery.outcome}, but the response has another sha256"
    if delivery.response_receipt != delivery.receipt:
        yield f"{delivery.outcome} with receipt {delivery.receipt}, but the response has {delivery.response_receipt}"
    withdrawn = delivery.outcome == Outcome.WITHDRAWN
    if withdrawn != (delivery.response_purpose == Purpose.WITHDRAWN):
        yield f"{delivery.outcome}, but the response is {delivery.response_purpose}"
    yield from _check_withdrawn(delivery) if withdrawn else _check_answers(delivery)


def _check_editions(delivery: AuditedDelivery) -> Iterator[str]:
    """Editions count on from 2 without a gap."""
    if delivery.latest_edition is not None and delivery.editions != delivery.latest_edition - 1:
        yield f"edition {delivery.latest_edition} holds, but {delivery.editions} changes are in the ledger"


def _check_withdrawn(delivery: AuditedDelivery) -> Iterator[str]:
    if delivery.response_answers != "{}":
        yield "withdrawn, but the response still has answers"


def _check_answers(delivery: AuditedDelivery) -> Iterator[str]:
    content = json.loads(delivery.content)
    if delivery.response_answers != canonical_bytes(content["answers"]).decode():
        yield "the answers of the response are not those of the ledger"
    answered = f"{content['questionnaire']} v{content['version']}"
    stored = f"{delivery.response_questionnaire} v{delivery.response_version}"
    if stored != answered:
        yield f"answered {answered}, but the response says {stored}"


def _check_orphans(session: Session) -> Iterator[Disagreement]:
    for wave, response_id in responses_without_ledger(session):
        yield Disagreement("response", wave, response_id, "the ledger does not hold its content as accepted")
    for wave, response_id in conflicts_without_ledger(session):
        yield Disagreement("conflict", wave, response_id, "the ledger does not hold its content")
    for wave, code in used_codes_without_letter(session):
        yield Disagreement("code_use", wave, code, "no letter of this wave has this code")
    for wave, response_id in responses_naming_a_letter(session):
        yield Disagreement("response", wave, response_id, "holds a household's code")


def _check_attachments(session: Session) -> Iterator[Disagreement]:
    for row, delivered in stream_attachments(session):
        subject = f"{row.response_id} {row.name}"
        if sha256_hex(base64.b64decode(row.content)) != row.sha256:
            yield Disagreement("attachment", row.wave, subject, "the content has another sha256 than its row")
        if not delivered:
            yield Disagreement("attachment", row.wave, subject, "the ledger holds no record that it belongs to")


def _check_recordings(session: Session) -> Iterator[Disagreement]:
    for row in stream_recordings(session):
        if sha256_hex(base64.b64decode(row.content)) != row.sha256:
            what = "the content has another sha256 than its row"
            yield Disagreement("visit_recording", row.wave, f"{row.recording_id} {row.kind}", what)


def _check_counts(counts: WaveCounts) -> Iterator[Disagreement]:
    if counts.accepted != counts.responses:
        what = f"the ledger accepted {counts.accepted}, responses: {counts.responses}"
        yield Disagreement("wave", counts.wave, "counts", what)
    if counts.used_codes > counts.letters:
        what = f"{counts.used_codes} household codes used, letters: {counts.letters}"
        yield Disagreement("wave", counts.wave, "counts", what)
    if counts.used_codes > counts.drawn_responses:
        what = f"{counts.used_codes} household codes used, responses of the drawn sample: {counts.drawn_responses}"
        yield Disagreement("wave", counts.wave, "counts", what)
