"""The demonstration's staff: one account per role and more, with passwords that every installation has of its own.

Password and access codes are derived from the installation's secret key: they can be printed at every start, need no
file, and nobody who reads this program knows them.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from survey.accounts.account import Role
from survey.actions.demo.district import DISTRICT
from survey.invitation.code import ALPHABET, BODY_LENGTH, check_sign

_HOST = "chunhe.example"  # .example belongs to nobody (RFC 2606)


@dataclass(frozen=True)
class DemoAccount:
    name: str
    role: Role
    area: str
    address: str
    unit: str | None = None

    @property
    def email(self) -> str:
        return f"{self.address}@{_HOST}"

    def password(self, key: str) -> str:
        """Four groups of four signs: 72 bits that only the holder of `key` can make."""
        signs = _signs(key, f"password|{self.email}", 16).lower()
        return "-".join(signs[start : start + 4] for start in range(0, 16, 4))


ACCOUNTS = (
    DemoAccount("系统管理员（演示）", Role.ADMINISTRATOR, DISTRICT, "administrator"),
    DemoAccount("创建办（演示）", Role.OFFICE, DISTRICT, "office"),
    DemoAccount("全区分析员（演示）", Role.ANALYST, DISTRICT, "analyst"),
    DemoAccount("澄和街道分析员（演示）", Role.ANALYST, "990101001", "analyst.chenghe"),
    DemoAccount("澄和街道督导员（演示）", Role.SUPERVISOR, "990101001", "supervisor"),
    DemoAccount("访问员01（演示）", Role.INTERVIEWER, "990101001", "fy-01"),
    DemoAccount("访问员02（演示）", Role.INTERVIEWER, "990101001", "fy-02"),
    DemoAccount("访问员03（演示）", Role.INTERVIEWER, "990101002", "fy-03"),
    DemoAccount("访问员04（演示）", Role.INTERVIEWER, "990101002", "fy-04"),
    DemoAccount("访问员05（演示）", Role.INTERVIEWER, "990101003", "fy-05"),
    DemoAccount("卫生健康局（演示）", Role.UNIT, DISTRICT, "health", unit="health"),
    DemoAccount("交通运输局（演示）", Role.UNIT, DISTRICT, "transport", unit="transport"),
)


def code_maker(key: str) -> Callable[[], str]:
    """Access codes in an order that only `key` decides; an interrupted load makes the same ones again."""
    numbers = count()

    def new_code() -> str:
        body = _signs(key, f"code|{next(numbers)}", BODY_LENGTH)
        return body + check_sign(body)

    return new_code


def _signs(key: str, purpose: str, length: int) -> str:
    number = int.from_bytes(hmac.new(key.encode(), f"demonstration|{purpose}".encode(), hashlib.sha256).digest())
    signs = []
    for _ in range(length):
        number, value = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[value])
    return "".join(signs)
