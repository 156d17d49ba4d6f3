"""Webhooks reach a real receiver, which verifies them; attempts go on until one is taken; nothing goes elsewhere."""

import base64
import hmac
import http.server
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from survey.actions.jobs.run_jobs import run_next_job
from survey.actions.webhooks import deliver
from survey.actions.webhooks.announce import announce
from survey.actions.webhooks.announce_due import announce_due
from survey.actions.webhooks.manage_webhooks import (
    list_webhooks,
    ping_webhook,
    register_webhook,
    send_again,
    stop_webhook,
)
from survey.programme.webhook import Delivery, DeliveryState, HookEvent, Webhook, WebhookError
from survey.settings import PROJECT, Settings
from survey.storage import Storage
from tests.factories import NOW, store_wave
from tests.storage.job_worker import settings_of

WHO = "admin@office.example"


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses that the test put into `plan`, then with 204; keeps what it got."""

    plan: list[tuple[int, str]]
    got: list[tuple[str, dict[str, str], str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.got.append((self.path, headers, body))
        status, location = self.plan.pop(0) if self.plan else (204, "")
        self.send_response(status)
        if location:
            self.send_header("location", location)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, type[Receiver]]]:
    made = type("OneReceiver", (Receiver,), {"plan": [], "got": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), made)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", made
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, receiver: tuple[str, type[Receiver]]) -> Settings:
    return replace(settings_of(database_url, tmp_path), webhook_origins=(receiver[0],))


def run_all(storage: Storage, settings: Settings, now: datetime = NOW) -> None:
    while run_next_job(storage, settings, lambda: now):
        pass


def newest(storage: Storage, settings: Settings) -> Delivery:
    return list_webhooks(storage, settings)[1][0]


def test_a_message_is_signed_so_that_the_receiver_can_verify_it(
    storage: Storage, settings: Settings, receiver: tuple[str, type[Receiver]]
) -> None:
    hook = register_webhook(storage, settings, f"{receiver[0]}/in?x=1", [HookEvent.ANALYSIS_READY], NOW, WHO)
    with storage.write() as session:
        assert announce(session, HookEvent.ANALYSIS_READY, {"wave": "w1"}, NOW) == 1
        assert announce(session, HookEvent.RESULTS_RELEASED, {"wave": "w1"}, NOW) == 0
    run_all(storage, settings)
    [(path, headers, body)] = receiver[1].got
    [registered] = list_webhooks(storage, settings)[0]
    (example,) = re.findall(r"```py\n(.*?)```", (PROJECT / "docs" / "api.md").read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"base64": base64, "hmac": hmac}
    exec(example, names)  # what the documentation tells receivers to do
    assert names["verify"](registered.secret, headers, body)
    assert not names["verify"](registered.secret, headers, body + " ")
    assert not names["verify"](registered.secret, headers | {"webhook-timestamp": "1"}, body)
    assert (path, int(headers["webhook-timestamp"])) == ("/in?x=1", int(NOW.timestamp()))
    assert json.loads(body) == {"type": "analysis.ready", "timestamp": NOW.isoformat(), "data": {"wave": "w1"}}
    assert (newest(storage, settings).state, newest(storage, settings).status) == (DeliveryState.DELIVERED, 204)
    assert hook.id == registered.hook.id


def test_attempts_go_on_with_growing_pauses_under_one_id_and_end_and_may_be_begun_again(
    storage: Storage, settings: Settings, receiver: tuple[str, type[Receiver]]
) -> None:
    receiver[1].plan.extend([(500, "")] * 9)
    hook = register_webhook(storage, settings, receiver[0], [HookEvent.OPINION_DUE], NOW, WHO)
    ping_webhook(storage, hook.id, NOW)
    run_all(storage, settings)
    assert (len(receiver[1].got), newest(storage, settings).state) == (1, DeliveryState.WAITING)
    run_all(storage, settings, NOW + timedelta(seconds=14))
    assert len(receiver[1].got) == 1, "it is not time yet"
    later = NOW
    for _ in range(8):
        later += timedelta(hours=6)
        run_all(storage, settings, later)
    assert (len(receiver[1].got), newest(storage, settings).state) == (9, DeliveryState.FAILED)
    assert len({headers["webhook-id"] for _, headers, _ in receiver[1].got}) == 1
    send_again(storage, newest(storage, settings).id, later, WHO)
    run_all(storage, settings, later)
    assert (len(receiver[1].got), newest(storage, settings).state) == (10, DeliveryState.DELIVERED)
    assert receiver[1].got[-1][1]["webhook-id"] == receiver[1].got[0][1]["webhook-id"]


def test_a_redirect_is_not_followed_and_a_stopped_webhook_gets_nothing(
    storage: Storage, settings: Settings, receiver: tuple[str, type[Receiver]]
) -> None:
    receiver[1].plan.append((302, f"{receiver[0]}/elsewhere"))
    hook = register_webhook(storage, settings, receiver[0], [HookEvent.OPINION_DUE], NOW, WHO)
    ping_webhook(storage, hook.id, NOW)
    run_all(storage, settings)
    assert ([path for path, _, _ in receiver[1].got], newest(storage, settings).status) == (["/"], 302)
    stop_webhook(storage, hook.id, NOW, WHO)
    run_all(storage, settings, NOW + timedelta(hours=6))
    assert len(receiver[1].got) == 1
    with pytest.raises(WebhookError, match="expected one in use"):
        ping_webhook(storage, hook.id, NOW)


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.org/", "file:///etc/passwd", "http://127.0.0.1:1/", "http://user@127.0.0.1/", "nonsense"],
)
def test_only_origins_that_the_operator_names_are_taken(storage: Storage, settings: Settings, url: str) -> None:
    with pytest.raises(WebhookError, match="address"):
        register_webhook(storage, settings, url, [HookEvent.OPINION_DUE], NOW, WHO)


def test_a_name_that_leads_into_the_own_network_is_not_asked(sqlite_url: str) -> None:
    hook = Webhook("h", "http://localhost:9/", frozenset({HookEvent.PING}), WHO, NOW)
    answer = deliver.send(hook, Delivery("d", "h", HookEvent.PING, "{}", NOW), "key", ("http://localhost:9",), NOW)
    assert (answer.status, "to be a public address" in answer.error) == (None, True)


def test_each_day_s_counts_are_announced_once(
    storage: Storage, settings: Settings, receiver: tuple[str, type[Receiver]]
) -> None:
    wave = store_wave(storage).wave
    register_webhook(storage, settings, receiver[0], [HookEvent.RESPONSES_COUNTED], NOW, WHO)
    assert (announce_due(storage, NOW), announce_due(storage, NOW)) == (1, 0)
    assert announce_due(storage, NOW + timedelta(days=1)) == 1
    run_all(storage, settings, NOW + timedelta(days=1))
    assert json.loads(receiver[1].got[0][2])["data"] == {"wave": wave.id, "responses": {}}
    assert datetime.fromisoformat(json.loads(receiver[1].got[0][2])["timestamp"]).tzinfo == UTC
