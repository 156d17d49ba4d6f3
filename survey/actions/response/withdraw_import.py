"""Withdraw a whole import: each of its responses leaves all counts, its answers stay in the ledger only. Step 4.

Everything or nothing, and only before the wave's results are released. The file may be imported again afterwards.
"""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.actions.progress import OnProgress, tell_nobody
from survey.actions.response.change_response import withdraw_within
from survey.response.response import Purpose, Withdrawal
from survey.response.response_import import ImportRefusedError, ImportStatus, ResponseImport
from survey.storage import Storage
from survey.storage.events import new_event, record_event
from survey.storage.releases import newest_release
from survey.storage.response_imports import change_import, find_import, responses_of
from survey.storage.responses import LedgerRow, ResponseRow


def withdraw_import(
    storage: Storage,
    key: str,
    import_id: str,
    reason: str,
    now: datetime,
    actor: str,
    on_progress: OnProgress = tell_nobody,
    within: Callable[[Session], None] = lambda session: None,
) -> int:
    """How many responses were withdrawn; `within` is called at the end of the transaction.

    Raises `ImportRefusedError` for an import that is not stored, a wave with a release that stands, a missing reason.
    """
    if not reason.strip():
        raise ImportRefusedError("reason: expected why the import is withdrawn, found nothing")
    with storage.write() as session:
        one = _stored_import(session, import_id)
        ids = responses_of(session, import_id)
        withdrawn = 0
        for number, response_id in enumerate(ids, start=1):
            withdrawn += _withdraw(session, key, one.wave, response_id, now)
            on_progress(number, len(ids))
        facts = {"withdrawn_at": now, "withdrawn_by": actor, "reason": reason.strip()}
        change_import(session, import_id, [ImportStatus.STORED], ImportStatus.WITHDRAWN, **facts)
        detail = json.dumps({"import": import_id, "responses": withdrawn, "reason": reason.strip()}, ensure_ascii=False)
        record_event(session, new_event(now, actor, "withdraw_import", one.wave, detail))
        within(session)
    return withdrawn


def _stored_import(session: Session, import_id: str) -> ResponseImport:
    one = find_import(session, import_id)
    if one is None or one.status is not ImportStatus.STORED:
        found = "none" if one is None else one.status.value
        raise ImportRefusedError(f"import {import_id}: expected one that is stored, found {found}")
    release = newest_release(session, one.wave)
    if release is not None and release.withdrawn_at is None:
        raise ImportRefusedError(
            f"wave {one.wave}: expected no release, found edition {release.edition}; withdraw it first"
        )
    return one


def _withdraw(session: Session, key: str, wave: str, response_id: str, now: datetime) -> int:
    """1, or 0 for a response that was withdrawn by itself before."""
    purpose = select(ResponseRow.purpose).where(ResponseRow.wave == wave, ResponseRow.response_id == response_id)
    if session.scalars(purpose).one() == Purpose.WITHDRAWN.value:
        return 0
    newest = select(func.max(LedgerRow.edition)).where(LedgerRow.wave == wave, LedgerRow.response_id == response_id)
    edition = (session.scalars(newest).one() or 1) + 1
    withdraw_within(session.connection(), key, Withdrawal(wave, response_id, edition), now)
    return 1
