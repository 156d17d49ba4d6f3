"""The codebook of an export as DDI-Codebook 2.5, which data archives read. Step 8.

Elements stand in the order of the schema (https://ddialliance.org/Specification/DDI-Codebook/2.5).
"""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from survey.exchange.export.codebook import missing_values
from survey.exchange.export.export_columns import Column, ColumnKind
from survey.instrument.text import Text
from survey.programme.wave import Wave

NAMESPACE = "ddi:codebook:2_5"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TEXTUAL = (ColumnKind.TEXT, ColumnKind.TIME)
_CONTINUOUS = (ColumnKind.NUMBER, ColumnKind.WEIGHT, ColumnKind.TIME)


def write_ddi(path: Path, columns: Sequence[Column], wave: Wave, data_file: str, rows: int) -> None:
    """One `var` for each column, with labels in three languages, categories, and which of them are missing."""
    root = ElementTree.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5"})
    citation = ElementTree.SubElement(ElementTree.SubElement(root, "stdyDscr"), "citation")
    titles = ElementTree.SubElement(citation, "titlStmt")
    _element(titles, "titl", wave.name.zh_hans)
    _element(titles, "parTitl", wave.name.in_language("en")).set(_LANG, "en")
    _element(titles, "IDNo", wave.id)
    _element(ElementTree.SubElement(citation, "rspStmt"), "AuthEnty", wave.organiser.name.zh_hans)
    file = ElementTree.SubElement(ElementTree.SubElement(root, "fileDscr", {"ID": "F1"}), "fileTxt")
    _element(file, "fileName", data_file)
    size = ElementTree.SubElement(file, "dimensns")
    _element(size, "caseQnty", str(rows))
    _element(size, "varQnty", str(len(columns)))
    data = ElementTree.SubElement(root, "dataDscr")
    for number, column in enumerate(columns, start=1):
        _variable(data, f"V{number}", column)
    ElementTree.indent(root, " ")
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _variable(data: ElementTree.Element, id_: str, column: Column) -> None:
    interval = "contin" if column.kind in _CONTINUOUS else "discrete"
    var = ElementTree.SubElement(data, "var", {"ID": id_, "name": column.name, "files": "F1", "intrvl": interval})
    _labels(var, column.label)
    if column.item is not None:
        _element(ElementTree.SubElement(var, "qstn"), "qstnLit", column.item.label.zh_hans)
    for code in column.codes:
        category = ElementTree.SubElement(var, "catgry", {"missing": "Y"} if code.missing else {})
        _element(category, "catValu", str(code.value))
        _labels(category, code.label)
    listed = {code.value for code in column.codes}
    for value, words in missing_values(column):
        if value not in listed:
            category = ElementTree.SubElement(var, "catgry", {"missing": "Y"})
            _element(category, "catValu", str(value))
            _element(category, "labl", words)
    kind = "character" if column.kind in _TEXTUAL else "numeric"
    ElementTree.SubElement(var, "varFormat", {"type": kind, "schema": "other"})


def _labels(parent: ElementTree.Element, text: Text) -> None:
    for language in ("zh-Hans", "zh-Hant", "en"):
        _element(parent, "labl", text.in_language(language)).set(_LANG, language)


def _element(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, name)
    made.text = "".join(sign for sign in text if sign >= " " or sign in "\n\t")  # what XML 1.0 can hold
    return made
