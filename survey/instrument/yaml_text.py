"""YAML that people write and read: each value stays the text that was written (no, 01, 4.0), and is written in full."""

from collections.abc import Mapping
from typing import Any

import yaml

# libyaml where it is built in: the margins of a large city are thousands of values.
TextLoader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _InFull(_Dumper):  # type: ignore[misc, valid-type]
    """Without anchors and aliases, which the questionnaires folder does not take."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def read_yaml_text(text: str) -> Any:
    """Texts, lists and keys with values, nothing else. Raises `yaml.YAMLError`."""
    return yaml.load(text, Loader=TextLoader)  # noqa: S506 - builds only text, lists, dicts


def write_yaml_text(data: object) -> str:
    """`data` (keys and values, lists, texts, numbers), keys in the order they have."""
    plain = dict(data) if isinstance(data, Mapping) else data
    return str(yaml.dump(plain, Dumper=_InFull, allow_unicode=True, sort_keys=False, width=118))
