"""Step 1: the texts of an XLSForm by language, and what is said about languages that are missing or unknown."""

import re
from typing import Any

from survey.exchange.fault import shown
from survey.exchange.xlsform.languages import by_tag, language_of_texts, language_tag
from survey.exchange.xlsform.not_kept import Loss, NotKept
from survey.exchange.xlsform.workbook import SheetRow, Workbook
from survey.instrument.source import texts_in
from survey.instrument.text import LANGUAGES

_PIPED = re.compile(r"\$\{[^}]+\}")
_READ = ("label", "hint", "constraint_message")


class TextReader:
    """Reads the language columns of every sheet alike, and remembers what could not be kept."""

    def __init__(self, workbook: Workbook) -> None:
        rows = [row for sheet in ("survey", "choices") for row in workbook.get(sheet, ())]
        settings = workbook.get("settings", ())
        written = settings[0]["default_language"] if settings else ""
        unnamed = [cell for row in rows for name in _READ if (cell := row[name])]
        self.default = language_tag(written) or language_of_texts(unnamed)
        self._lost: dict[tuple[str, str], NotKept] = {}
        for row in rows:
            self._unknown_languages(row)

    def texts(self, row: SheetRow, name: str) -> dict[str, str] | None:
        """The texts of a column by our language tags, `zh-Hans` always among them; None where there is none."""
        found = by_tag(row.in_languages(name), self.default)
        if not found:
            return None
        for text in found.values():
            if match := _PIPED.search(text):
                self._lose(NotKept(row.place(name), Loss.PIPING, match[0]))
        found = {tag: _PIPED.sub("…", text) for tag, text in found.items()}
        if "zh-Hans" not in found:
            borrowed = found.get("zh-Hant") or next(iter(found.values()))
            self._lose(NotKept(row.place(name), Loss.BORROWED, shown(borrowed, 30)))
            found = {"zh-Hans": borrowed, **found}
        return found

    def not_kept(self) -> list[NotKept]:
        return list(self._lost.values())

    def complete_languages(self, sections: list[dict[str, Any]], title: dict[str, str]) -> list[str]:
        """The languages that every text has. One that only some have is not offered; of a further one nothing stays.

        The title, which also stands over questions without a group, is filled up to these languages.
        """
        texts = [labels for _, labels in texts_in(sections) if labels is not title]
        found = dict.fromkeys(tag for labels in texts for tag in labels)
        complete = [tag for tag in found if all(tag in labels for labels in texts)]
        for tag in [tag for tag in found if tag not in complete and tag != "zh-Hant"]:
            lacking = [labels["zh-Hans"] for labels in texts if tag not in labels]
            where = "sheets survey and choices"
            self._lose(NotKept(where, Loss.INCOMPLETE, tag, f"{len(lacking)}, {shown(lacking[0], 30)} …"))
            for labels in texts if tag not in LANGUAGES else ():
                labels.pop(tag, None)
        for tag in [tag for tag in title if tag not in {*LANGUAGES, *complete}]:
            del title[tag]
        for tag in [tag for tag in complete if tag != "zh-Hant"]:
            title.setdefault(tag, title["zh-Hans"])
        further = [tag for tag in complete if tag not in LANGUAGES]
        return [tag for tag in ("zh-Hans", "en", "zh-Hant") if tag in complete] + further

    def _unknown_languages(self, row: SheetRow) -> None:
        for column in row.cells:
            if column.language and column.name in _READ and language_tag(column.language) is None:
                where = f"sheet {row.sheet}, row 1, column {column.written}"
                self._lose(NotKept(where, Loss.LANGUAGE, shown(column.language)))

    def _lose(self, lost: NotKept) -> None:
        self._lost.setdefault((lost.where, lost.loss), lost)
