"""Step 1: the choice lists of an XLSForm. Our codes are one to three digits; other names get one, and that is told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.exchange.fault import Fault, shown
from survey.exchange.xlsform.not_kept import Loss, NotKept
from survey.exchange.xlsform.sheets import OWN
from survey.exchange.xlsform.workbook import SheetRow
from survey.instrument.choice import CODE_PATTERN

Texts = Callable[[SheetRow, str], dict[str, str] | None]
_OTHER_LABEL = {"zh-Hans": "其他", "en": "Other"}
_HANDLED = {"list_name", "name", "label", f"{OWN}polarity", f"{OWN}coefficient", f"{OWN}exclusive"}


@dataclass
class ChoiceList:
    """One list as our choices (the keys of a questionnaire file), with the place of each and the codes that changed."""

    choices: list[dict[str, Any]] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)  # name in the sheet to our code, only where they differ

    def with_other(self) -> tuple[list[dict[str, Any]], str]:
        """The choices and one more, "other", with its code: what `or_other` means."""
        used = {choice["name"] for choice in self.choices}
        code = next(code for code in ("96", "95", "94", *map(str, range(100, 1000))) if code not in used)
        return [*self.choices, {"name": code, "label": dict(_OTHER_LABEL)}], code


def read_choices(
    file: str, rows: tuple[SheetRow, ...], texts: Texts
) -> tuple[dict[str, ChoiceList], list[Fault], list[NotKept]]:
    """Every list by name; faults and losses name sheet, row and column. `texts` reads the languages of a column."""
    lists: dict[str, ChoiceList] = {}
    faults: list[Fault] = []
    lost: list[NotKept] = []
    for row in rows:
        name = row["list_name"]
        if not name:
            faults.append(Fault(file, row.place("list_name"), "the name of a list", "nothing"))
            continue
        known = lists.setdefault(name, ChoiceList())
        code = row["name"]
        if not code:
            faults.append(Fault(file, row.place("name"), "the name of a choice", "nothing"))
        elif code in {other["name"] for other in known.rows}:
            expected = f"every name once in the list {name}"
            faults.append(Fault(file, row.place("name"), expected, f"{shown(code)} again"))
        else:
            known.rows.append(row)
            known.choices.append(_choice(row, code, texts(row, "label")))
        lost += [NotKept(row.place(other), Loss.COLUMN, shown(row_cell)) for other, row_cell in _unknown(row)]
    for name, known in lists.items():
        lost += _recode(name, known)
    return lists, faults, lost


def _choice(row: SheetRow, code: str, label: dict[str, str] | None) -> dict[str, Any]:
    choice: dict[str, Any] = {"name": code, "label": label or {"zh-Hans": code, "en": code}}
    if row[f"{OWN}polarity"]:
        choice["polarity"] = row[f"{OWN}polarity"]
    if row[f"{OWN}coefficient"]:
        choice["coefficient"] = row[f"{OWN}coefficient"]
    if row[f"{OWN}exclusive"] == "yes":
        choice["exclusive"] = True
    return choice


def _unknown(row: SheetRow) -> Iterator[tuple[str, str]]:
    # An order or a language of its own is no loss worth a line for each row: languages are told once.
    return ((column.name, cell) for column, cell in row.cells.items() if column.name not in _HANDLED)


def _recode(name: str, known: ChoiceList) -> Iterator[NotKept]:
    """Give digits to the choices that have none; the others keep theirs."""
    used = {choice["name"] for choice in known.choices if CODE_PATTERN.fullmatch(choice["name"])}
    free = (str(number) for number in range(1, 1000) if str(number) not in used)
    for choice in known.choices:
        if choice["name"] not in used:
            known.codes[choice["name"]] = next(free)
            choice["name"] = known.codes[choice["name"]]
    if known.codes:
        where = known.rows[0].place("name")
        yield NotKept(f"{where}, list {name}", Loss.RECODED, *_pairs(known.codes))


def _pairs(codes: Mapping[str, str]) -> tuple[str, str]:
    return ", ".join(codes), ", ".join(codes.values())
