"""Step 4, in the transaction of new and changed responses: count quota cells and traces, write the marks."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Connection, Table, insert, update

from survey.response.trace import SIGNS
from survey.storage.deliveries import Delivery
from survey.storage.marks import MarkRow
from survey.storage.quotas import count_in_quotas, leave_quotas
from survey.storage.traces import count_traces

_INSERT_MARK = insert(cast(Table, MarkRow.__table__))


def mark_new(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """For responses that were just inserted. Costs nothing for waves without quotas and layers."""
    marked = [one for one in deliveries if one.cells or one.noticed.traces or one.noticed.signs]
    if not marked:
        return
    full = count_in_quotas(connection, [one.claim for one in marked])
    traces = [(place, trace) for place, one in enumerate(marked) for trace in one.noticed.traces]
    signs = [set(one.noticed.signs) for one in marked]
    for (place, trace), n in zip(traces, count_traces(connection, [trace for _, trace in traces]), strict=True):
        if n > trace.usual:
            signs[place].add(SIGNS[trace.kind])
    marks = [one.mark_values(found, cells) for one, found, cells in zip(marked, signs, full, strict=True)]
    rows = [mark for mark in marks if mark is not None]
    if rows:
        connection.execute(_INSERT_MARK, rows)


def mark_changed(connection: Connection, changed: Delivery) -> None:
    """For a response whose answers were replaced: it moves to the cells of the new ones; its signs stay."""
    wave, response_id = changed.submission.wave, changed.submission.response_id
    leave_quotas(connection, wave, response_id)
    [full] = count_in_quotas(connection, [changed.claim])
    same = (MarkRow.wave == wave, MarkRow.response_id == response_id)
    there = connection.execute(update(MarkRow).where(*same).values(over_quota=" ".join(full))).rowcount
    mark = changed.mark_values((), full)
    if not there and mark is not None:
        connection.execute(_INSERT_MARK, [mark])
