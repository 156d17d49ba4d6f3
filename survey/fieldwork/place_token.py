"""Where in the sample an answer at the door belongs: community, stratum, PSU and weight, signed, and never the case.

It goes out with a case and comes back with an answer, so that the answer gets its weight and no device can choose it.
"""

from dataclasses import dataclass
from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer

from survey.fieldwork.device import DeviceError
from survey.invitation.invitation import SelectionDesign


class PlaceTokenError(DeviceError):
    """The token is not one of ours."""


@dataclass(frozen=True)
class Place:
    wave: str
    area: str
    design: SelectionDesign


def seal_place(secret_key: str, place: Place) -> str:
    design = place.design
    fields = [place.wave, place.area, design.stratum, design.psu, design.base_weight]
    return str(_serializer(secret_key).dumps(fields))


def unseal_place(secret_key: str, token: str) -> Place:
    """Raises `PlaceTokenError`."""
    try:
        wave, area, stratum, psu, weight = _serializer(secret_key).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise PlaceTokenError("place: expected the token that came with the case, found another text") from error
    return Place(wave, area, SelectionDesign(stratum, psu, weight))


@lru_cache(maxsize=4)
def _serializer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="field-place")
