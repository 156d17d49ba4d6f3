"""Two hundred clients at the same moment against the production server: one household code, one quota, one receipt."""

import http.client
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from survey.actions.upkeep.verify_storage import verify_storage
from survey.instrument.parse import parse_condition
from survey.instrument.text import Text
from survey.programme.quota import Quota
from survey.response.receipt import Outcome
from survey.response.response import Purpose
from survey.response.ticket import open_ticket, seal
from survey.storage import Storage
from survey.storage.invitations import CodeUseRow
from survey.storage.marks import MarkRow
from survey.storage.quotas import load_quotas, save_quotas
from survey.storage.responses import LedgerRow, ResponseRow
from tests.factories import KEY, NOW, StoredWave
from tests.live_server import LiveServer
from tests.published import store_real_wave

CLIENTS, LIMIT = 200, 50
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODY = urlencode({"go": "send", "age_confirmed": "1", "a1": "3", "f1": "2"})
WOMEN = Quota("women", Text("女性"), LIMIT, sources=("qr",), relevant=parse_condition("${f1} = '2'"))


@pytest.fixture
def stored(storage: Storage) -> StoredWave:
    """A wave in which fifty women from posters are wanted."""
    stored = store_real_wave(storage)
    with storage.write() as session:
        save_quotas(session, stored.wave.id, [WOMEN])
    return stored


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    """Two processes of eight threads, which take so many from one address."""
    with LiveServer(database_url, tmp_path, workers=2, limits="100000 per minute") as running:
        yield running


def post_at_once(server: LiveServer, tickets: list[str]) -> list[str]:
    """Send the form of every ticket from a client of its own, all together; the receipts that they are led to."""
    start = threading.Barrier(len(tickets), timeout=120)  # one client that fails breaks it for all

    def post(sealed: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        connection.connect()
        start.wait()
        connection.request("POST", f"/a/{sealed}/zh-hans/all", BODY, FORM)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        led = re.fullmatch(r"/r/(\w+)/zh-hans", answer.headers["Location"] or "")
        assert (answer.status, led is not None) == (303, True)
        return led[1] if led else ""

    with ThreadPoolExecutor(len(tickets)) as pool:
        return list(pool.map(post, tickets))


def tickets_of(stored: StoredWave, code: str) -> list[str]:
    opened = [open_ticket(stored.wave.id, code, Purpose.LIVE, NOW) for _ in range(CLIENTS)]
    return [seal(ticket, KEY) for ticket in opened]


def test_200_clients_get_one_household_answer_one_quota_of_50_and_one_receipt(
    storage: Storage, stored: StoredWave, server: LiveServer
) -> None:
    # One household's code: exactly one answer counts, the others are kept for review.
    post_at_once(server, tickets_of(stored, stored.letters[0].code))
    with storage.read() as session:
        assert session.scalar(select(func.count()).select_from(CodeUseRow)) == 1
        assert session.scalar(select(func.count()).select_from(ResponseRow)) == 1
        outcomes = Counter(session.scalars(select(LedgerRow.outcome)))
    assert outcomes == {Outcome.ACCEPTED: 1, Outcome.CODE_USED: CLIENTS - 1}
    # One quota of fifty: exactly fifty count, all are stored, the others are marked.
    post_at_once(server, tickets_of(stored, stored.posters[0].code))
    with storage.read() as session:
        [cell] = load_quotas(session, stored.wave.id)
        marked = session.scalar(select(func.count()).where(MarkRow.over_quota == "women"))
        assert session.scalar(select(func.count()).select_from(ResponseRow)) == 1 + CLIENTS
    assert (cell.accepted, cell.over, marked) == (LIMIT, CLIENTS - LIMIT, CLIENTS - LIMIT)
    # One form sent two hundred times: one answer, one receipt.
    receipts = post_at_once(server, tickets_of(stored, stored.posters[1].code)[:1] * CLIENTS)
    assert len(set(receipts)) == 1
    with storage.read() as session:
        assert session.scalar(select(func.count()).select_from(ResponseRow)) == 1 + CLIENTS + 1
    assert list(verify_storage(storage, KEY)) == []
