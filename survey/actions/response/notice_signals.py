"""What a wave's layers notice about one answer: hashes to count, signs that are known before it is stored. Step 4."""

from datetime import datetime
from functools import partial
from weakref import WeakKeyDictionary

from survey.instrument.canonical import canonical_bytes
from survey.programme.protection import Protection
from survey.programme.wave import OFFICE_TIME, Wave
from survey.response.response import Purpose, Submission
from survey.response.signals import NOTHING_NOTICED, Noticed, Signals
from survey.response.suspicion import FEWEST_ANSWERS, SECONDS_PER_ANSWER, Sign
from survey.response.trace import Trace, TraceKind, digest_of, network_of, period_of
from survey.storage import Storage
from survey.storage.traces import find_salt, make_salt

_known_salts: WeakKeyDictionary[Storage, dict[tuple[str, str], str]] = WeakKeyDictionary()
_MOST_SALTS = 500


def notice_signals(
    storage: Storage, key: str, wave: Wave, submission: Submission, signals: Signals, now: datetime
) -> Noticed:
    """Only what the wave's layers ask for; nothing for answers that are not live. `key`: the installation's secret."""
    layers = wave.protection
    if not layers.layers or submission.purpose is not Purpose.LIVE:
        return NOTHING_NOTICED
    day = now.astimezone(OFFICE_TIME).date()
    traces = []
    for kind, value in _values(layers, submission, signals).items():
        period = period_of(kind, day)
        digest = digest_of(key, salt_of(storage, wave.id, period), wave.id, kind, value)
        usual = layers.many_per_address if kind is TraceKind.ADDRESS else 1
        traces.append(Trace(wave.id, period, kind, digest, usual))
    return Noticed(tuple(traces), frozenset(_signs(layers, submission, signals, now)))


def salt_of(storage: Storage, wave_id: str, period: str) -> str:
    """The random half of the period's key, made when it is first asked for."""
    salts = _known_salts.setdefault(storage, {})
    salt = salts.get((wave_id, period))
    if salt is not None:
        return salt
    with storage.read() as session:
        salt = find_salt(session, wave_id, period)
    if salt is None:
        storage.write_grouped(partial(make_salt, wave_id=wave_id, period=period))
        with storage.read() as session:
            salt = find_salt(session, wave_id, period)
    if salt is None:
        raise RuntimeError(f"wave {wave_id}, {period}: the salt that was just made is gone")
    if len(salts) >= _MOST_SALTS:
        salts.clear()
    salts[wave_id, period] = salt
    return salt


def _values(layers: Protection, submission: Submission, signals: Signals) -> dict[TraceKind, str]:
    """What is hashed: the values of the layers that are on, where the request has them."""
    network = network_of(signals.address) if layers.address_hash and signals.address else ""
    found = {
        TraceKind.PERSON: signals.person if layers.wechat else None,
        TraceKind.BROWSER: signals.browser if layers.browser_token else None,
        TraceKind.ADDRESS: network,
        TraceKind.ANSWERS: _answers(submission) if layers.duplicate_score else None,
    }
    return {kind: value for kind, value in found.items() if value}


def _answers(submission: Submission) -> str:
    """Everything that was answered, with the poster; nothing when it is too little to be like nobody else's."""
    given = {name: value for name, value in submission.answers.items() if value is not None}
    if submission.single_use or len(given) < FEWEST_ANSWERS:
        return ""
    return f"{submission.code}|{canonical_bytes(given).decode()}"


def _signs(layers: Protection, submission: Submission, signals: Signals, now: datetime) -> set[Sign]:
    signs = set()
    if layers.proof_of_work and signals.proof is False:
        signs.add(Sign.NO_PROOF)
    given = sum(value is not None for value in submission.answers.values())
    seconds = (now - submission.started_at).total_seconds()
    if layers.duplicate_score and given >= FEWEST_ANSWERS and seconds < given * SECONDS_PER_ANSWER:
        signs.add(Sign.TOO_FAST)
    return signs
