"""What every part of a plan is made of: codes of answers, lists of names, and the rule that unknown keys are faults."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator


def as_code(value: object) -> str:
    """The text of an answer code or level: 4, 4.0, "4" and "4.0" are one code, "04" is another.

    >>> as_code(4.0), as_code("4.0"), as_code("04"), as_code(True)
    ('4', '4', '04', '1')
    """
    if not isinstance(value, str):
        value = int(value) if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()) else value
    text = str(value).strip()
    return text.split(".")[0] if "." in text and re.fullmatch(r"-?\d+\.0+", text) else text


def as_list(value: object) -> object:
    """A single value as a list of one, so that `strata: street` and `strata: [street]` mean the same."""
    return value if isinstance(value, list | tuple) else [value]


def code_keys(value: object) -> object:
    """A mapping with codes as its keys."""
    return {as_code(key): item for key, item in value.items()} if isinstance(value, dict) else value


def nested_code_keys(value: object) -> object:
    """Totals by level; for several columns the levels are nested: {east: {F: 10, M: 12}}."""
    if not isinstance(value, dict):
        return value
    return {as_code(key): nested_code_keys(item) for key, item in value.items()}


Code = Annotated[str, BeforeValidator(as_code)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(as_list)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_list)]


class Part(BaseModel):
    """A part of a plan: frozen; a key that is not known is a fault, a key without a value is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_key_is_left_out(cls, value: Any) -> Any:
        """`calibration:` with nothing behind it is the same as no such key."""
        return {key: part for key, part in value.items() if part is not None} if isinstance(value, dict) else value
