"""What the schema of DDI-Codebook 2.5 (DDI Alliance, 2012-01-17) says of the elements that our codebooks use.

Read off its `codebook.xsd`; decision 12 names the copy. Order and number of children, attributes with their values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias
from xml.etree import ElementTree

ANY: tuple[str, ...] = ()
Attributes: TypeAlias = Mapping[str, tuple[str, ...]]

# The attribute group GLOBALS, which every element takes.
GLOBALS: Attributes = {
    "ID": ANY,
    "xml-lang": ANY,
    "{http://www.w3.org/XML/1998/namespace}lang": ANY,
    "source": ("archive", "producer"),
    "elementVersion": ANY,
    "elementVersionDate": ANY,
    "ddiLifecycleUrn": ANY,
    "ddiCodebookUrn": ANY,
}


@dataclass(frozen=True)
class Rule:
    """`children` in their order, each with its sign: "" exactly one, "?" at most one, "+" some, "*" any number.

    `attributes`: beside the global ones; no values: any text. `text`: whether the element may hold text.
    """

    children: str = ""
    attributes: Attributes = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    text: bool = False

    @property
    def order(self) -> dict[str, str]:
        """Name to sign."""
        return {one.rstrip("?+*"): one[len(one.rstrip("?+*")) :] for one in self.children.split()}


def any_text(*names: str) -> Attributes:
    return dict.fromkeys(names, ANY)


TEXT = Rule(text=True)
YES_OR_NO = ("Y", "N")
_OF_VARIABLES = (
    *("wgt-var", "weight", "qstn", "files", "vendor", "dcml", "rectype", "sdatrefs", "methrefs", "pubrefs", "access"),
    *("otherAggrMeth", "measUnit", "scale", "origin", "otherAdditivity", "geoVocab", "catQnty"),
    *("name", "otherRepresentationType"),
)
RULES: Mapping[str, Rule] = {
    "codeBook": Rule(
        "docDscr* stdyDscr+ fileDscr* dataDscr* otherMat*", {"version": ("2.5",), **any_text("codeBookAgency")}
    ),
    "stdyDscr": Rule(
        "citation+ studyAuthorization* stdyInfo* studyDevelopment* method* dataAccs* othrStdyMat* notes*",
        any_text("access"),
    ),
    "citation": Rule(
        "titlStmt rspStmt? prodStmt? distStmt? serStmt* verStmt* biblCit? holdings* notes*", any_text("MARCURI")
    ),
    "titlStmt": Rule("titl subTitl* altTitl* parTitl* IDNo*"),
    "titl": TEXT,
    "parTitl": TEXT,
    "IDNo": TEXT,
    "rspStmt": Rule("AuthEnty* othId*"),
    "AuthEnty": TEXT,
    "fileDscr": Rule("fileTxt* locMap? notes*", any_text("URI", "sdatrefs", "methrefs", "pubrefs", "access")),
    "fileTxt": Rule(
        "fileName? fileCitation? fileCont? fileStrc? dimensns? fileType? format? filePlac? dataChck* ProcStat?"
        " dataMsng? software* verStmt?"
    ),
    "fileName": TEXT,
    "dimensns": Rule("caseQnty* varQnty* logRecL* recPrCas* recNumTot*"),
    "caseQnty": TEXT,
    "varQnty": TEXT,
    "dataDscr": Rule("varGrp* nCubeGrp* var* nCube* notes*"),
    "var": Rule(
        "location* labl* imputation? security? embargo? respUnit? anlysUnit? qstn* valrng* invalrng* undocCod*"
        " universe* TotlResp? sumStat* txt* stdCatgry* catgryGrp* catgry* codInstr* verStmt* concept* derivation?"
        " varFormat? geoMap* catLevel* notes*",
        {
            "wgt": ("wgt", "not-wgt"),
            "intrvl": ("contin", "discrete"),
            "nature": ("nominal", "ordinal", "interval", "ratio", "percent", "other"),
            "aggrMeth": ("sum", "average", "count", "mode", "median", "maximum", "minimum", "percent", "other"),
            "additivity": ("stock", "flow", "non-additive", "other"),
            "representationType": ("text", "numeric", "code", "datetime", "other"),
            "temporal": YES_OR_NO,
            "geog": YES_OR_NO,
            **any_text(*_OF_VARIABLES),
        },
        required=frozenset({"name"}),
    ),
    "labl": Rule(attributes=any_text("level", "vendor", "country", "sdatrefs"), text=True),
    # A choice without an order in the schema; of its elements only this one is written.
    "qstn": Rule("qstnLit*", any_text("qstn", "var", "seqNo", "sdatrefs"), text=True),
    "qstnLit": Rule(attributes=any_text("sdatrefs"), text=True),
    "catgry": Rule(
        "catValu? labl* txt* catStat* mrow?",
        {
            "missing": YES_OR_NO,
            "excls": ("true", "false"),
            **any_text("missType", "country", "sdatrefs", "catgry", "level", "access"),
        },
    ),
    "catValu": TEXT,
    "varFormat": Rule(
        attributes={
            "type": ("character", "numeric"),
            "schema": ("SAS", "SPSS", "IBM", "ANSI", "ISO", "XML-Data", "other"),
            "category": ("date", "time", "currency", "other"),
            **any_text("formatname", "otherSchema", "otherCategory", "URI"),
        },
        text=True,
    ),
}


def faults_by_2_5(root: ElementTree.Element, namespace: str) -> list[str]:
    """What in a codebook the rules of 2.5 do not allow; one line for each."""
    return [fault for element in root.iter() for fault in _faults(element, namespace)]


def _faults(element: ElementTree.Element, namespace: str) -> list[str]:
    name = element.tag.removeprefix(f"{{{namespace}}}")
    rule = RULES.get(name)
    if rule is None:
        return [f"{name}: unknown"]
    children = [child.tag.removeprefix(f"{{{namespace}}}") for child in element]
    found = [f"{name}: {one} missing" for one in sorted(rule.required - set(element.attrib))]
    allowed = {**GLOBALS, **rule.attributes}
    for attribute, value in element.attrib.items():
        if attribute not in allowed:
            found.append(f"{name}: attribute {attribute}")
        elif allowed[attribute] and value not in allowed[attribute]:
            found.append(f"{name}: {attribute}={value}")
    if (element.text or "").strip() and not rule.text:
        found.append(f"{name}: text")
    return found + _faults_of_children(name, children, rule.order)


def _faults_of_children(name: str, children: list[str], order: Mapping[str, str]) -> list[str]:
    places, runs = list(order), [one for one, _ in groupby(children)]
    if unknown := [one for one in runs if one not in order]:
        return [f"{name}: {one} inside" for one in unknown]
    if runs != sorted(set(runs), key=places.index):
        return [f"{name}: order {' '.join(runs)}"]
    needed = [one for one, sign in order.items() if sign in {"", "+"} and one not in children]
    single = [one for one, sign in order.items() if sign in {"", "?"} and children.count(one) > 1]
    return [f"{name}: no {one}" for one in needed] + [f"{name}: several {one}" for one in single]
