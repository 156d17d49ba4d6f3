"""Traces: keyed one-way hashes of what tells senders apart, counted and never tied to an answer. Step 4.

Only the number of answers with the same trace is kept. The key is made of the installation's secret and a random salt
that is deleted on schedule: from then on nobody, not even with the secret, can find out whose hash it was.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from survey.response.suspicion import Sign

DIGEST_LENGTH = 32


class TraceKind(StrEnum):
    """What was hashed."""

    PERSON = "person"
    BROWSER = "browser"
    ADDRESS = "address"
    ANSWERS = "answers"


SIGNS = {
    TraceKind.PERSON: Sign.SAME_PERSON,
    TraceKind.BROWSER: Sign.SAME_BROWSER,
    TraceKind.ADDRESS: Sign.SAME_ADDRESS,
    TraceKind.ANSWERS: Sign.SAME_ANSWERS,
}
WHOLE_WAVE = "wave"


@dataclass(frozen=True, order=True)
class Trace:
    """One hash of one period of a wave. More than `usual` answers with it are a sign."""

    wave: str
    period: str
    kind: TraceKind
    digest: str
    usual: int = 1


def period_of(kind: TraceKind, day: date) -> str:
    """How long one salt serves: addresses and answers for a day, browsers and persons for the wave.

    >>> period_of(TraceKind.ADDRESS, date(2026, 5, 18)), period_of(TraceKind.BROWSER, date(2026, 5, 18))
    ('2026-05-18', 'wave')
    """
    return day.isoformat() if kind in {TraceKind.ADDRESS, TraceKind.ANSWERS} else WHOLE_WAVE


def digest_of(key: str, salt: str, wave: str, kind: TraceKind, value: str) -> str:
    """The keyed hash of `value`: HMAC-SHA-256, cut to 128 bits, as 32 hexadecimal signs."""
    message = f"trace|{salt}|{wave}|{kind}|{value}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:DIGEST_LENGTH]


def network_of(address: str) -> str:
    """What of an address is hashed: all of IPv4, of IPv6 the network that one household or telephone has (64 bits).

    >>> network_of("203.0.113.9"), network_of("2001:db8:1:2:3:4:5:6"), network_of("::ffff:203.0.113.9")
    ('203.0.113.9', '2001:db8:1:2::/64', '203.0.113.9')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
