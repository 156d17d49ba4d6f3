"""What a request tells about its sender, as far as the wave's layers ask for it. Never stored as it is. Step 3."""

from dataclasses import dataclass, field

from survey.response.suspicion import Sign
from survey.response.trace import Trace


@dataclass(frozen=True)
class Signals:
    """`None` means not asked for. `person`: a one-way hash already. `proof`: whether a valid proof of work came."""

    browser: str | None = None
    address: str | None = None
    person: str | None = None
    proof: bool | None = None


@dataclass(frozen=True)
class Noticed:
    """What goes into storage with a response: traces to count, and signs that are known already."""

    traces: tuple[Trace, ...] = ()
    signs: frozenset[Sign] = field(default_factory=frozenset)


NO_SIGNALS = Signals()
NOTHING_NOTICED = Noticed()
