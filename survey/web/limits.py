"""How much one network address may send and guess. Generous, because halls, estates and carriers share an address.

Counted in Redis for all processes together (by the library `limits`), in memory where there is none or it is away.
"""

import hmac
import logging
import threading
import time
from collections import Counter
from hashlib import sha256
from typing import NoReturn

from flask import Flask, Response, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from survey.invitation.invitation import RetiredCodeError, UnknownCodeError
from survey.programme.wave import WaveNotOpenError
from survey.response.trace import network_of
from survey.settings import Settings
from survey.web.i18n import current_time
from survey.web.services import services

# Pages of a form that are sent.
SENDING = frozenset(
    {
        "respondent.take_all",
        "respondent.take_one",
        "respondent.take_review",
        "respondent.opinion",
        "respondent.slip",
    }
)
# Pages that say whether a code exists. Only answers that it does not are counted.
GUESSING = frozenset(
    {
        "respondent.start",
        "respondent.show_kiosk",
        "respondent.find_receipt",
        "respondent.show_receipt",
        "respondent.find_opinion",
        "respondent.show_opinion",
        "respondent.judge_opinion",
        "respondent.show_change",
        "respondent.show_withdraw",
        "respondent.take_withdraw",
        "respondent.take_resume",
    }
)
# Of these, the ones that open a form: a poster hangs in public and is opened for everybody all the same.
_FORMS = frozenset({"respondent.start", "respondent.show_kiosk"})
_NOT_FOUND = (404, 422)  # 422: the box for the code of another device, shown again
_TRY_AGAIN_SECONDS = 30.0  # nobody waits for a Redis that is away more often
_log = logging.getLogger(__name__)


class Windows:
    """Counts of one process: one window of each budget at a time, so that what is over needs no clearing.

    The library's own memory starts a thread with nearly every count, a tenth of the time that a form takes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, Counter[str]]] = {}

    def hit(self, rate: RateLimitItem, budget: str, sender: str) -> bool:
        """Count one more; whether it is still within the rate."""
        with self._lock:
            counts = self._now(rate, budget)
            counts[sender] += 1
            return counts[sender] <= rate.amount

    def test(self, rate: RateLimitItem, budget: str, sender: str) -> bool:
        """Whether one more would be within the rate."""
        with self._lock:
            return self._now(rate, budget)[sender] < rate.amount

    def _now(self, rate: RateLimitItem, budget: str) -> Counter[str]:
        window = int(time.monotonic() // rate.get_expiry())
        known = self._counts.get(budget)
        if known is None or known[0] != window:
            known = self._counts[budget] = (window, Counter())
        return known[1]


class SenderLimits:
    """The two budgets of every address."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.secret_key.encode()
        self._sending = parse(settings.limit_answers)
        self._guessing = parse(settings.limit_guesses)
        self._alone = Windows()
        self._together = None
        self._away_until = 0.0
        if settings.redis_url:
            options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
            storage = storage_from_string(settings.redis_url, wrap_exceptions=True, **options)
            self._together = FixedWindowRateLimiter(storage)

    def check(self) -> None:
        """Before a request: count what is sent, refuse what is too much. Raises `TooManyRequests`."""
        endpoint = request.endpoint
        if endpoint in SENDING and request.method == "POST":
            if not self._ask("hit", self._sending, "sending"):
                _refuse(self._sending)
        elif endpoint in GUESSING and not self._ask("test", self._guessing, "guessing") and not _opens_a_poster():
            _refuse(self._guessing)

    def count_guess(self, response: Response) -> Response:
        """After a request: one more code that does not exist."""
        if response.status_code in _NOT_FOUND and request.endpoint in GUESSING:
            self._ask("hit", self._guessing, "guessing")
        return response

    def _ask(self, what: str, rate: RateLimitItem, budget: str) -> bool:
        network = network_of(request.remote_addr or "")
        sender = hmac.new(self._key, f"limit|{network}".encode(), sha256).hexdigest()[:32]
        if self._together is not None and time.monotonic() >= self._away_until:
            try:
                return bool(getattr(self._together, what)(rate, budget, sender))
            except StorageError:
                self._away_until = time.monotonic() + _TRY_AGAIN_SECONDS
                _log.warning("Redis is away: each process counts for itself, for %.0f seconds", _TRY_AGAIN_SECONDS)
        return bool(getattr(self._alone, what)(rate, budget, sender))


def install(app: Flask, settings: Settings) -> None:
    limits = SenderLimits(settings)
    app.before_request(limits.check)
    app.after_request(limits.count_guess)


def _opens_a_poster() -> bool:
    if request.endpoint not in _FORMS:
        return False
    try:
        return not services().forms.open((request.view_args or {})["code"], current_time()).single_use
    except (UnknownCodeError, RetiredCodeError, WaveNotOpenError):
        return False


def _refuse(rate: RateLimitItem) -> NoReturn:
    raise TooManyRequests(retry_after=min(rate.get_expiry(), 600))
