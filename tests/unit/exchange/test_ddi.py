"""The DDI codebook of an export is valid: by the schema of DDI-Codebook 2.6 as a file (tests/vendor/ddi-codebook),
and by what the schema of 2.5 says of the elements that it uses (ddi_2_5.py)."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree

from survey.exchange.export.ddi_file import NAMESPACE, write_ddi
from survey.exchange.export.export_columns import export_columns
from survey.instrument.choice import Choice
from survey.instrument.item import Item, ItemType
from survey.instrument.text import Text
from tests.factories import make_area_tree, make_wave
from tests.unit.exchange.ddi_2_5 import faults_by_2_5
from tests.unit.exchange.samples import QUESTIONNAIRE
from tests.unit.exchange.test_export_columns import questionnaire_of

SCHEMA = Path(__file__).parents[2] / "vendor" / "ddi-codebook" / "codebook-2.6.zip"
IN_SCHEMA = "ddi:codebook:2_6"
COLUMNS = export_columns(QUESTIONNAIRE, make_area_tree())


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    folder = tmp_path_factory.mktemp("ddi")
    with zipfile.ZipFile(SCHEMA) as archive:
        archive.extractall(folder)
    tree = etree.parse(folder / "codebook.xsd", etree.XMLParser(no_network=True))
    for annotation in list(tree.iter("{http://www.w3.org/2001/XMLSchema}annotation")):
        annotation.getparent().remove(annotation)
    return etree.XMLSchema(tree)


def faults(schema: etree.XMLSchema, text: str) -> list[str]:
    """What the schema has against a codebook of 2.5, which is one of 2.6 but for its number."""
    assert f'xmlns="{NAMESPACE}" version="2.5"' in text
    root = etree.fromstring(text.replace(f'"{NAMESPACE}" version="2.5"', f'"{IN_SCHEMA}" version="2.6"').encode())
    schema.validate(root)
    return [error.message for error in schema.error_log]


def test_a_codebook_is_valid_by_the_schema_and_a_wrong_one_is_not(schema: etree.XMLSchema, tmp_path: Path) -> None:
    write_ddi(tmp_path / "x.xml", COLUMNS, make_wave(), "x.csv", 2)
    text = (tmp_path / "x.xml").read_text(encoding="utf-8")
    assert faults(schema, text) == []
    assert "is not expected" in faults(schema, text.replace("caseQnty", "cases"))[0]
    assert "not an element of the set" in faults(schema, text.replace('missing="Y"', 'missing="yes"', 1))[0]


def test_a_codebook_of_texts_that_xml_cannot_hold_is_valid_too(schema: etree.XMLSchema, tmp_path: Path) -> None:
    choices = (Choice("1", Text("甲 <b> & \x0b", "a <b> &")), Choice("2", Text("乙\tb", "b")))
    odd = Item("k1", ItemType.SELECT_ONE, Text("问 ]]> \x00?", "ask ]]>"), choices=choices)
    write_ddi(tmp_path / "x.xml", export_columns(questionnaire_of(odd), make_area_tree()), make_wave(), "x.csv", 0)
    text = (tmp_path / "x.xml").read_text(encoding="utf-8")
    assert faults(schema, text) == []
    assert "甲 <b> & " in [label.text for label in ElementTree.fromstring(text).iter(f"{{{NAMESPACE}}}labl")]


def test_a_codebook_keeps_the_order_numbers_and_attributes_of_2_5(tmp_path: Path) -> None:
    write_ddi(tmp_path / "x.xml", COLUMNS, make_wave(), "x.csv", 2)
    root = ElementTree.parse(tmp_path / "x.xml").getroot()
    assert root.tag == f"{{{NAMESPACE}}}codeBook"
    assert faults_by_2_5(root, NAMESPACE) == []


@pytest.mark.parametrize(
    ("written", "instead", "fault"),
    [
        ("<caseQnty>2</caseQnty>", "<cases>2</cases>", "dimensns: cases inside"),
        ('missing="Y"', 'missing="yes"', "catgry: missing=yes"),
        ('<varFormat type="', '<varFormat kind="', "varFormat: attribute kind"),
        ('version="2.5"', 'version="2.6"', "codeBook: version=2.6"),
        ("<IDNo>", "<titl/><IDNo>", "titlStmt: order titl parTitl titl IDNo"),
        ("<titl>", "<titl/><titl>", "titlStmt: several titl"),
        (' name="', ' label="', "var: name missing"),
    ],
)
def test_what_2_5_does_not_allow_is_found(tmp_path: Path, written: str, instead: str, fault: str) -> None:
    write_ddi(tmp_path / "x.xml", COLUMNS, make_wave(), "x.csv", 2)
    text = (tmp_path / "x.xml").read_text(encoding="utf-8")
    assert written in text
    assert fault in faults_by_2_5(ElementTree.fromstring(text.replace(written, instead, 1)), NAMESPACE)
