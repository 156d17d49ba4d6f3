"""One person, one voice: the layers that an office switches on for a wave. Step 2; what each notices is in response/.

A layer never refuses an answer and shows residents nothing: what it notices is written beside the response.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Protection:
    """The layers of one wave, all off by default. The household's code and the poster's code are always there.

    `browser_token`: a random cookie, given when an answer is sent. `proof_of_work`: the telephone computes a second.
    `address_hash`: answers of one network address are counted by the day. `duplicate_score`: equal answers through one
    poster, and answers that came faster than anybody reads. `wechat`: who answers in WeChat is told apart there.
    `many_per_address`: answers a day from one address that are nothing unusual. `keep_days`: how long the one-way
    hashes are kept (those of addresses after their day, all others after the end of the wave).
    """

    browser_token: bool = False
    proof_of_work: bool = False
    address_hash: bool = False
    duplicate_score: bool = False
    wechat: bool = False
    many_per_address: int = 20
    keep_days: int = 30

    def __post_init__(self) -> None:
        if self.many_per_address < 1:
            raise ValueError(f"many_per_address: expected at least 1, found {self.many_per_address}")
        if not 1 <= self.keep_days <= 180:
            raise ValueError(f"keep_days: expected 1 to 180 days, found {self.keep_days}")

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers that are on."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is True)

    def to_text(self) -> str:
        """JSON, as it is stored with the wave; empty when nothing differs from the defaults.

        >>> Protection().to_text(), Protection(browser_token=True).to_text()
        ('', '{"browser_token": true}')
        """
        usual = asdict(Protection())
        changed = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return json.dumps(changed) if changed else ""

    @classmethod
    def from_text(cls, text: str) -> "Protection":
        """What `to_text` wrote."""
        kept: dict[str, Any] = json.loads(text) if text else {}
        return cls(**kept)


NO_PROTECTION = Protection()
