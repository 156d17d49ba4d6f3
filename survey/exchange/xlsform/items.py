"""Step 1: the survey sheet of an XLSForm, row by row, becomes sections of items; groups in groups become flat."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey.exchange.fault import Fault, shown
from survey.exchange.xlsform.choices import read_choices
from survey.exchange.xlsform.conditions import NotOurConditionError, Translation, read_limits, without_gates
from survey.exchange.xlsform.head import Head, plain_name
from survey.exchange.xlsform.not_kept import Loss, NotKept
from survey.exchange.xlsform.row_type import RowKind, RowType, row_type
from survey.exchange.xlsform.sections import Keys, Sections
from survey.exchange.xlsform.sheets import OWN
from survey.exchange.xlsform.texts import TextReader
from survey.exchange.xlsform.workbook import SheetRow, Workbook
from survey.instrument.choice import Choice, Scale
from survey.instrument.item import ItemType
from survey.instrument.parse import parse_condition
from survey.instrument.unparse import condition_text, of_itself

_HANDLED = {
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "appearance",
    "disabled",
}
_HANDLED_IN_GROUPS = {"type", "name", "label", "relevant", "disabled"}
_YES = {"yes", "true", "true()"}
_NO = {"no", "false", "false()"}


@dataclass(frozen=True)
class _Group:
    """An open group: its condition in our words, and whether everything in it is left out (a repeat)."""

    row: SheetRow
    relevant: str = ""
    dropped: bool = False


class ItemReader:
    """Reads the rows in order; faults and losses are collected. `context`: values that come with an access code."""

    def __init__(
        self, file: str, workbook: Workbook, texts: TextReader, head: Head, scales: Mapping[str, Scale]
    ) -> None:
        self.file = file
        self.context: dict[str, list[str]] = {}
        self.sections = Sections(head.title)
        self._settings = workbook.get("settings", ())
        self._rows = [row for row in workbook["survey"] if row["disabled"].lower() not in _YES]
        self._texts, self._head, self._scales = texts, head, scales
        self._lists, self.faults, self.not_kept = read_choices(file, workbook.get("choices", ()), texts.texts)
        self._translation = Translation()
        self._names: dict[int, str] = {}  # row number to our name
        self._known: set[str] = set()  # names of ours that stand before the current row
        self._groups: list[_Group] = []
        self._gates: list[str] = []

    def read(self) -> list[Keys]:
        """The sections; faults and losses are collected on the way."""
        self._register()
        for row in self._rows:
            self._row(row, row_type(row["type"]))
        for group in self._groups:
            self.faults.append(Fault(self.file, group.row.place("type"), "an end for this group", "none"))
        if not self.sections.all and not self.faults:
            self.faults.append(Fault(self.file, "sheet survey", "at least one question that we know", "none"))
        if self._head.in_population:
            self._in_population()
        return self.sections.all

    def _register(self) -> None:
        """Give every question its name first, because a condition may stand before what it looks at."""
        translation, repeats = self._translation, 0
        for row in self._rows:
            kind, written = row_type(row["type"]), row["name"]
            if kind.kind is RowKind.BEGIN_REPEAT or (repeats and kind.kind is RowKind.BEGIN_GROUP):
                repeats += 1
            elif repeats and kind.kind is RowKind.END:
                repeats -= 1
            elif kind.kind is RowKind.ITEM and not repeats:
                self._name(row, kind)
            elif written and kind.kind not in (RowKind.BEGIN_GROUP, RowKind.END):
                translation.dropped.add(written)

    def _name(self, row: SheetRow, kind: RowType) -> None:
        written = row["name"]
        if not written and kind.item is not ItemType.NOTE:
            self.faults.append(Fault(self.file, row.place("name"), "a name", "nothing"))
        name = plain_name(written or f"note_{row.number}", f"q_{row.number}", self._names.values())
        self._names[row.number] = name
        self._translation.names.setdefault(written, name)
        if kind.choices in self._lists:
            self._translation.codes[name] = self._lists[kind.choices].codes
        if written and written != name:
            self.not_kept.append(NotKept(row.place("name"), Loss.RENAMED, written, name))

    def _row(self, row: SheetRow, kind: RowType) -> None:
        in_repeat = any(group.dropped for group in self._groups)
        if kind.kind is RowKind.END:
            if self._groups:
                self._groups.pop()
            else:
                self.faults.append(Fault(self.file, row.place("type"), "a group that begins before", "none"))
        elif kind.kind is RowKind.BEGIN_REPEAT:
            if not in_repeat:
                self.not_kept.append(NotKept(row.place("type"), Loss.REPEAT, row["name"] or "repeat"))
            self._groups.append(_Group(row, dropped=True))
        elif kind.kind is RowKind.BEGIN_GROUP:
            self._begin_group(row, in_repeat)
        elif not in_repeat:
            self._question(row, kind)

    def _question(self, row: SheetRow, kind: RowType) -> None:
        if not row["type"]:
            self.faults.append(Fault(self.file, row.place("type"), "a type", "nothing"))
        elif kind.kind is not RowKind.ITEM:
            loss = Loss.METADATA if kind.kind is RowKind.METADATA else Loss.QUESTION_TYPE
            self.not_kept.append(NotKept(row.place("type"), loss, kind.written))
        elif kind.choices and kind.choices not in self._lists:
            self.faults.append(Fault(self.file, row.place("type"), "a list of the sheet choices", shown(kind.choices)))
        elif row[f"{OWN}context"] == "yes":
            self._context(row, kind)
        elif row[f"{OWN}minimum_age"]:
            self._stop(row)
        else:
            self._item(row, kind)

    def _begin_group(self, row: SheetRow, in_repeat: bool) -> None:
        relevant = "" if in_repeat else self._condition(row, "relevant", without_gates(row["relevant"], self._gates))
        nested = any(not group.dropped for group in self._groups)
        self._groups.append(_Group(row, relevant, in_repeat))
        if in_repeat:
            return
        self._unknown_columns(row, _HANDLED_IN_GROUPS)
        label = self._texts.texts(row, "label")
        if nested:
            if label:
                self.not_kept.append(NotKept(row.place("label"), Loss.HEADING, shown(label["zh-Hans"], 30)))
            return
        self.sections.begin(row, label, row[f"{OWN}audience"])

    def _item(self, row: SheetRow, kind: RowType) -> None:
        label = self._texts.texts(row, "label")
        if label is None:
            self.faults.append(Fault(self.file, row.place("label"), "a label", "nothing"))
            return
        name = self._names[row.number]
        keys: Keys = {"type": str(kind.item), "name": name, "label": label}
        rows: list[SheetRow] = []
        other = ""
        if kind.choices:
            known = self._lists[kind.choices]
            keys["choices"], other = known.with_other() if kind.other else (list(known.choices), "")
            rows = known.rows
            self._translation.codes[name] = known.codes | ({"other": other} if other else {})
        if hint := self._texts.texts(row, "hint"):
            keys["hint"] = hint
        self._required(row, keys)
        parts = [*(group.relevant for group in self._groups), self._own_relevant(row)]
        self._put(keys, "relevant", _all_of([part for part in parts if part]))
        self._constraint(row, keys, name)
        self._put(keys, "appearance", row["appearance"])
        self._put(keys, "purpose", row[f"{OWN}purpose"])
        self._put(keys, "indicator", row[f"{OWN}indicator"])
        self._scale(row, keys)
        self._unknown_columns(row, _HANDLED)
        self._append(row, keys, rows)
        if other:
            self._append(row, _other_text(keys, other), [])

    def _append(self, row: SheetRow, keys: Keys, choices: list[SheetRow]) -> None:
        self.sections.append(row, keys, choices, in_group=bool(self._groups))
        self._known.add(keys["name"])

    def _own_relevant(self, row: SheetRow) -> str:
        return self._condition(row, "relevant", without_gates(row["relevant"], self._gates))

    def _required(self, row: SheetRow, keys: Keys) -> None:
        written = row["required"].lower()
        if written in _YES and keys["type"] != ItemType.NOTE:
            keys["required"] = True
        elif written and written not in _YES | _NO:
            self.not_kept.append(NotKept(row.place("required"), Loss.REQUIRED, shown(row["required"])))

    def _constraint(self, row: SheetRow, keys: Keys, name: str) -> None:
        limits = read_limits(row["constraint"])
        for key in ("maximum_choices", "maximum_length"):
            if (limit := getattr(limits, key)) is not None:
                keys[key] = limit
        codes = self._translation.codes.get(name, {})
        exclusive = {codes.get(code, code) for code in limits.exclusive}
        if exclusive:
            keys["choices"] = [
                choice | ({"exclusive": True} if choice["name"] in exclusive else {}) for choice in keys["choices"]
            ]
        self._put(keys, "constraint", self._condition(row, "constraint", limits.rest, name))
        message = self._texts.texts(row, "constraint_message")
        if message:
            keys["constraint_message"] = message

    def _scale(self, row: SheetRow, keys: Keys) -> None:
        """A scale of the folder stays one where the sheet's choices are still its own, with or without more of them."""
        name = row[f"{OWN}scale"]
        scale, choices = self._scales.get(name), keys.get("choices", [])
        own = scale.choices if scale else ()
        if own and len(choices) >= len(own) and all(map(_is_same, choices, own)):
            keys["type"] = f"{keys['type']} {name}"
            keys["choices"] = choices[len(own) :]
            if not keys["choices"]:
                del keys["choices"]
        elif name:
            self.not_kept.append(NotKept(row.place(f"{OWN}scale"), Loss.COLUMN, shown(name)))

    def _stop(self, row: SheetRow) -> None:
        """The note of an under-age stop belongs to the item before it."""
        item = self.sections.last_item()
        condition = self._condition(row, "relevant", without_gates(row["relevant"], self._gates))
        if not condition or item is None:
            return
        tree = parse_condition(condition).tree
        item["minimum_age"] = {
            "years": row[f"{OWN}minimum_age"],
            "stop": condition_text(of_itself(tree, item["name"])),
            "label": self._texts.texts(row, "label") or self._head.title,
        }
        self.sections.place_of_last("minimum_age", row.place())
        self._gates.append(condition_text(("not", tree)))

    def _context(self, row: SheetRow, kind: RowType) -> None:
        known = self._lists[kind.choices]
        name = self._names[row.number]
        # These values are words of the access codes and keep their names.
        self.context[name] = [one["name"] for one in known.rows]
        self._translation.codes.pop(name, None)
        self.not_kept = [lost for lost in self.not_kept if not lost.where.endswith(f"list {kind.choices}")]
        self._known.add(name)
        self.sections.where["context", name] = row.place()

    def _in_population(self) -> None:
        row = self._settings[0]
        self.sections.where["in_population",] = row.place(f"{OWN}in_population")
        self._head.in_population = self._condition(row, f"{OWN}in_population", self._head.in_population)

    def _condition(self, row: SheetRow, column: str, written: str, current: str = "") -> str:
        """The condition in our words; empty when there is none, or none that can be kept (which is told)."""
        if not written:
            return ""
        known = self._known | {current}
        try:
            return self._translation.condition(written, lambda name: name in known, current)
        except NotOurConditionError as error:
            self.not_kept.append(NotKept(row.place(column), Loss.CONDITION, shown(written), str(error)))
        except KeyError as error:
            found = f"${{{error.args[0]}}}"
            self.faults.append(Fault(self.file, row.place(column), "questions of this form", found))
        return ""

    def _unknown_columns(self, row: SheetRow, handled: set[str]) -> None:
        for column, cell in row.cells.items():
            if column.name not in handled and not column.name.startswith(OWN):
                where = f"sheet {row.sheet}, row {row.number}, column {column.written}"
                self.not_kept.append(NotKept(where, Loss.COLUMN, shown(cell)))

    @staticmethod
    def _put(keys: Keys, key: str, value: str) -> None:
        if value:
            keys[key] = value


def _all_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)


def _other_text(keys: Keys, code: str) -> Keys:
    """The text that "or other" asks for, as pyxform names it."""
    name = f"{keys['name'][:26]}_other"
    relevant = f"selected(${{{keys['name']}}}, '{code}')"
    return {"type": "text", "name": name, "label": {"zh-Hans": "请说明", "en": "Specify other."}, "relevant": relevant}


def _is_same(keys: Keys, choice: Choice) -> bool:
    texts = choice.label.to_mapping()
    coefficient = "" if choice.coefficient is None else f"{choice.coefficient:g}"
    return (
        keys["name"] == choice.code
        and all(texts.get(tag) == text for tag, text in keys["label"].items())
        and keys.get("polarity", "") == (choice.polarity or "")
        and str(keys.get("coefficient", "")) == coefficient
        and keys.get("exclusive", False) == choice.exclusive
    )
