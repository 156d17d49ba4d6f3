"""Step 1: the sections that grow while an XLSForm is read, and the place in the workbook of every key in them."""

from typing import Any

from survey.exchange.xlsform.head import plain_name
from survey.exchange.xlsform.sheets import OWN
from survey.exchange.xlsform.workbook import SheetRow
from survey.instrument.source import KeyPath

Keys = dict[str, Any]


class Sections:
    """Groups become sections when they get their first item; questions outside of groups get a section of their own."""

    def __init__(self, title: dict[str, str]) -> None:
        self.all: list[Keys] = []
        self.where: dict[KeyPath, str] = {}
        self._title = title
        self._begun: tuple[Keys, SheetRow] | None = None
        self._last_is_outside = False

    def begin(self, row: SheetRow, label: dict[str, str] | None, audience: str) -> None:
        """A group begins; it becomes a section with its first item."""
        self._begin(row, row[f"{OWN}section"] or row["name"] or f"section_{row.number}", label or self._title, audience)

    def append(self, row: SheetRow, keys: Keys, choices: list[SheetRow], *, in_group: bool) -> None:
        """Add an item that stands at `row`; `choices` are the rows of its choices."""
        if not in_group and not self._last_is_outside:
            self._begin(row, "main", self._title, "")
        if self._begun:
            section, at = self._begun
            self.all.append(section)
            self.where["sections", len(self.all) - 1] = at.place()
            self._begun = None
        self._last_is_outside = not in_group
        path: KeyPath = ("sections", len(self.all) - 1, "items", len(self.all[-1]["items"]))
        self.all[-1]["items"].append(keys)
        self.where[path] = row.place()
        for key in keys:
            self.where[*path, key] = row.place("type" if key == "choices" else key)
        for number, choice in enumerate(choices):
            self.where[*path, "choices", number] = choice.place("label")

    def last_item(self) -> Keys | None:
        return self.all[-1]["items"][-1] if self.all else None

    def place_of_last(self, key: str, where: str) -> None:
        """Remember where a key of the last item stands."""
        self.where["sections", len(self.all) - 1, "items", len(self.all[-1]["items"]) - 1, key] = where

    def _begin(self, row: SheetRow, name: str, label: dict[str, str], audience: str) -> None:
        plain = plain_name(name, f"section_{row.number}", [section["name"] for section in self.all])
        section: Keys = {"name": plain, "label": label} | ({"audience": audience} if audience else {})
        self._begun = ({**section, "items": []}, row)
