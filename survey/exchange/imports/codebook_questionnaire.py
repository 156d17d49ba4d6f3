"""A codebook of another program becomes a questionnaire file that people then correct. Step 1.

A codebook has the columns item, text, codes ("1 poor; 2 below average; 9 do not know"; empty: an open text; the word
number: a whole number). Its labels are in one language, taken for simplified Chinese and English alike.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import read_table
from survey.instrument.choice import CODE_PATTERN
from survey.instrument.item import NAME_PATTERN
from survey.instrument.missing_words import missing_kind
from survey.instrument.yaml_text import write_yaml_text

_PURPOSES = {"sex": "sex", "gender": "sex", "age": "age"}
_NOTE = """\
# Made from {source}. Look it through before you publish it:
# - Both languages hold the codebook's words; write the Chinese ones under zh-Hans.
# - polarity dk (don't know), refused and na (not applicable) were guessed from the wording.
# - polarity + 0 - and coefficients were not guessed; add them where an indicator of the catalogue needs them.
"""


def questionnaire_from_codebook(path: Path, name: str, title: str) -> str:
    """The text of a questionnaire file, version 1. Raises `FaultsFoundError` with every fault of the codebook."""
    table = read_table(path)
    lacking = [column for column in ("item", "text", "codes") if column not in table.header]
    if lacking:
        fault = Fault(table.file, "row 1", f"the columns {', '.join(lacking)}", ", ".join(table.header))
        raise FaultsFoundError([fault])
    faults: list[Fault] = []
    if not NAME_PATTERN.fullmatch(name):
        faults.append(Fault("command line", "--name", "small letters, digits and _", shown(name)))
    items: list[dict[str, Any]] = []
    for number, record in table.records():
        where = f"row {number}"
        item = _item(record)
        faults += [Fault(table.file, f"{where}, {key}", *found) for key, *found in _faults(record, item)]
        if any(item["name"] == other["name"] for other in items):
            faults.append(Fault(table.file, f"{where}, item", "every item once", f"{item['name']} again"))
        items.append(item)
    if not items:
        faults.append(Fault(table.file, "rows", "an item", "none"))
    if faults:
        raise FaultsFoundError(faults)
    tree = {
        "name": name,
        "version": 1,
        "title": _labels(title),
        "population": "residents",
        "languages": ["zh-Hans", "en"],
        "sections": [{"name": "main", "label": _labels(title), "items": items}],
    }
    return _NOTE.format(source=table.file) + write_yaml_text(tree)


def _item(record: Mapping[str, str]) -> dict[str, Any]:
    """The item as the codebook has it, whether it may stand in a questionnaire or not."""
    name, codes = record["item"].lower(), record["codes"]
    kind = {"": "text", "number": "integer"}.get(codes.lower(), "select_one")
    item: dict[str, Any] = {"type": kind, "name": name, "label": _labels(record["text"])}
    if name in _PURPOSES:
        item["purpose"] = _PURPOSES[name]
    if kind == "select_one":
        item["choices"] = [_choice(code, label) for code, label in _pairs(codes)]
    return item


def _pairs(codes: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"[;；]", codes):
        if part.strip():
            code, _, label = part.strip().partition(" ")
            yield code, label.strip()


def _choice(code: str, label: str) -> dict[str, Any]:
    choice: dict[str, Any] = {"name": code, "label": _labels(label)}
    kind = missing_kind(label)
    return choice | ({"polarity": str(kind)} if kind else {})


def _faults(record: Mapping[str, str], item: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if not NAME_PATTERN.fullmatch(item["name"]):
        yield "item", "a letter, then letters, digits or _ (32 at most)", shown(record["item"])
    if not record["text"]:
        yield "text", "the wording of the item", "nothing"
    codes = [choice["name"] for choice in item.get("choices", ())]
    for choice in item.get("choices", ()):
        if not CODE_PATTERN.fullmatch(choice["name"]):
            yield "codes", "codes of one to three digits, each with a label", shown(choice["name"])
        elif not choice["label"]["en"]:
            yield "codes", f"a label for code {choice['name']}", "nothing"
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield "codes", "every code once", f"{code} again"


def _labels(text: str) -> dict[str, str]:
    return {"zh-Hans": text, "en": text}
