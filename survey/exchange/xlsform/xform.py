"""Step 2: sheets become an XForm, the XML that ODK Collect and its kin read, through pyxform."""

import re
from pathlib import Path
from typing import Any

from survey.exchange.xlsform.sheets import XlsForm

_ROW = re.compile(r"\[row : (\d+)\] *")


class XFormError(ValueError):
    """pyxform does not convert the sheets; `where` names the row of the survey sheet if it does."""

    def __init__(self, message: str) -> None:
        row = _ROW.search(message)
        self.where = f"sheet survey, row {row[1]}" if row else "workbook"
        self.words = " ".join(_ROW.sub("", message).split())
        super().__init__(f"{self.where}: {self.words}")


def to_xform(form: XlsForm) -> bytes:
    """The XForm in UTF-8; the same sheets give the same bytes. Raises `XFormError`."""
    sheets = {"survey": list(form.survey), "choices": list(form.choices), "settings": [form.settings]}
    return _converted(sheets)


def to_xform_of_file(path: Path) -> bytes:
    """The XForm of a workbook that somebody else wrote. Raises `XFormError`."""
    return _converted(path)


def _converted(xlsform: Any) -> bytes:
    # Half a second to import: only where a form is made.
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        made: str = convert(xlsform=xlsform).xform
    except PyXFormError as error:
        raise XFormError(str(error)) from error
    return made.encode()
