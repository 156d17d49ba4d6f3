"""The two tokens of an enrolled device, signed and with a purpose each.

The one for delivering lies open on the device and can only add records; the one for reading the day's work lies under
the PIN.
"""

from enum import StrEnum
from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer

from survey.fieldwork.device import DeviceError


class Purpose(StrEnum):
    DELIVER = "deliver"
    WORK = "work"


class DeviceTokenError(DeviceError):
    """The token is not one of ours, or one for something else."""


def make_token(secret_key: str, device: str, purpose: Purpose) -> str:
    return str(_serializer(secret_key, purpose).dumps(device))


def read_token(secret_key: str, token: str, purpose: Purpose) -> str:
    """The device's id. Raises `DeviceTokenError`."""
    try:
        return str(_serializer(secret_key, purpose).loads(token))
    except BadSignature as error:
        raise DeviceTokenError(f"device token: expected one for {purpose}, found another one") from error


@lru_cache(maxsize=8)
def _serializer(secret_key: str, purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=f"field-device-{purpose}")
