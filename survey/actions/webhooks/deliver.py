"""Send one message of a webhook: signed, to the address that was checked, no redirect followed. A job does it.

The host is looked up once and the connection goes to that very address. A name has to lead to a public address; a
private one is reached only where the operator has written the address itself into WEBHOOK_ORIGINS.
"""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from survey.actions.jobs.job_run import JobRun
from survey.jobs.job import RetryLaterError, retry_delay
from survey.programme.webhook import Delivery, DeliveryState, Webhook, WebhookError, require_allowed, sign
from survey.storage.webhooks import change_delivery, find_delivery, find_webhook

_SECONDS = 10
_KEPT = 300  # signs of an error that are kept


@dataclass(frozen=True)
class Answer:
    status: int | None
    error: str

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def deliver(run: JobRun) -> str:
    """What became of it. Raises `RetryLaterError` when the receiver did not take it and there are attempts left."""
    with run.storage.read() as session:
        delivery = find_delivery(session, run.job.parameters["delivery"])
        hook = find_webhook(session, delivery.webhook) if delivery else None
    if delivery is None or hook is None:
        raise WebhookError(f"delivery: expected one that is there, found {run.job.parameters['delivery']!r}")
    if hook.stopped_at is not None:
        return _finish(run, delivery, Answer(None, "the webhook was stopped"), DeliveryState.FAILED)
    answer = send(hook, delivery, run.settings.secret_key, run.settings.webhook_origins, run.clock())
    if answer.taken:
        return _finish(run, delivery, answer, DeliveryState.DELIVERED)
    last = run.job.attempts >= run.job.most_attempts
    _keep(run, delivery, answer, DeliveryState.FAILED if last else DeliveryState.WAITING)
    raise RetryLaterError(answer.error or f"status {answer.status}", retry_delay(run.job.attempts))


def send(hook: Webhook, delivery: Delivery, key: str, origins: tuple[str, ...], now: datetime) -> Answer:
    """One attempt. Never raises for what the other side or the network does."""
    stamp = int(now.timestamp())
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Minyi-Webhooks/1",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(hook.id, key, delivery.id, stamp, delivery.body),
    }
    try:
        require_allowed(hook.url, origins)
        return _post(hook.url, delivery.body.encode(), headers)
    except (OSError, http.client.HTTPException, WebhookError, UnicodeError) as error:
        return Answer(None, f"{type(error).__name__}: {error}"[:_KEPT])


def _post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(host, port)
    connection = _Pinned(host, port, address, secure=parts.scheme == "https")
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        status = connection.getresponse().status
    finally:
        connection.close()
    return Answer(status, "" if 200 <= status < 300 else f"status {status}")


def _address(host: str, port: int) -> str:
    """The address of the host. Raises `WebhookError` when a name leads into a private or local network."""
    try:
        return str(ipaddress.ip_address(host))  # written by the operator, who may mean the own network
    except ValueError:
        pass
    found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    inside = [one for one in sorted(found) if not ipaddress.ip_address(one).is_global]
    if inside:
        raise WebhookError(f"address: expected {host} to be a public address, found {inside[0]}")
    return min(found)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked up before, with the host's name in the certificate and the header."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=_SECONDS)
        self._address, self._secure = address, secure
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=self.host) if self._secure else plain
        )


def _keep(run: JobRun, delivery: Delivery, answer: Answer, state: DeliveryState) -> None:
    values: dict[str, object] = {"state": state.value, "attempts": run.job.attempts}
    values |= {"status": answer.status, "error": answer.error}
    with run.storage.write() as session:
        change_delivery(session, delivery.id, values)


def _finish(run: JobRun, delivery: Delivery, answer: Answer, state: DeliveryState) -> str:
    """The delivery and its job end in one transaction."""
    values: dict[str, object] = {"state": state.value, "attempts": run.job.attempts}
    values |= {"status": answer.status, "error": answer.error}
    values |= {"delivered_at": run.clock() if state is DeliveryState.DELIVERED else None}
    with run.storage.write() as session:
        change_delivery(session, delivery.id, values)
        run.settle(session)
    return state.value
