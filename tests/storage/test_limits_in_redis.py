"""The limits on sending and guessing with a real Redis: exact for all processes together, and without it for each."""

import http.client
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from survey.response.response import Purpose
from survey.response.ticket import open_ticket, seal
from survey.storage import Storage
from survey.storage.responses import ResponseRow
from tests.factories import KEY, NOW
from tests.live_server import LiveServer
from tests.published import store_real_wave
from tests.redis import RedisServer

CLIENTS, LIMIT = 60, 25
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODY = urlencode({"go": "send", "age_confirmed": "1", "a1": "3"})


def send_at_once(server: LiveServer, tickets: list[str]) -> Counter[int]:
    """Every ticket's form from a client of its own, all together; how many got which status."""
    start = threading.Barrier(len(tickets), timeout=60)  # one client that fails breaks it for all

    def post(sealed: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.connect()
        start.wait()
        connection.request("POST", f"/a/{sealed}/zh-hans/all", BODY, FORM)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    with ThreadPoolExecutor(len(tickets)) as pool:
        return Counter(pool.map(post, tickets))


def test_two_processes_share_one_count_and_go_on_without_redis(sqlite_url: str, tmp_path: Path) -> None:
    storage = Storage(sqlite_url)
    stored = store_real_wave(storage)
    sealed = [seal(open_ticket(stored.wave.id, stored.posters[0].code, Purpose.LIVE, NOW), KEY) for _ in range(CLIENTS)]
    with (
        RedisServer() as redis,
        LiveServer(sqlite_url, tmp_path, workers=2, limits=f"{LIMIT} per hour", redis_url=redis.url) as server,
    ):
        assert send_at_once(server, sealed) == {303: LIMIT, 429: CLIENTS - LIMIT}
        assert responses(storage) == LIMIT, "what was refused was not stored, what was taken was"
        redis.stop()
        statuses = send_at_once(server, sealed)
        assert set(statuses) == {303, 429}
        assert LIMIT <= statuses[303] <= 2 * LIMIT, "each process counts for itself"
    assert responses(storage) > LIMIT
    storage.close()


def responses(storage: Storage) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(ResponseRow)) or 0
