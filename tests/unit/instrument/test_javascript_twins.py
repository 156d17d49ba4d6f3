"""The JavaScript twins of the worker's app run the case files that the Python interpreters run."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from survey.instrument.answers import read_answers
from survey.instrument.load import to_definition
from survey.settings import PROJECT
from tests.unit.instrument.tiny import tiny

HERE = Path(__file__).parent
MODULES = PROJECT / "survey" / "static" / "js" / "field"
CONDITIONS = json.loads((HERE / "expression_cases.json").read_text(encoding="utf-8"))["conditions"]
ANSWERS = json.loads((HERE / "answer_cases.json").read_text(encoding="utf-8"))["cases"]
PROGRAM = """
import { evaluate } from "./condition.js";
import { readAnswers } from "./answers.js";
import { readFileSync } from "node:fs";
const { conditions, forms } = JSON.parse(readFileSync(0, "utf8"));
const read = ({ items, raw, context }) => {
  const { asked, faults, stoppedAt } = readAnswers(items, raw, context);
  return { asked, faults: faults.map(([item, key]) => [item, key]), stopped_at: stoppedAt?.name ?? null };
};
console.log(JSON.stringify({
  conditions: conditions.map(({ tree, values, current }) => evaluate(tree, values, current)),
  forms: forms.map(read),
}));
"""


def run_in_javascript(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """What the twins make of the cases, in one start of Node.js (installed by `make system-packages`)."""
    node = shutil.which("node")
    assert node is not None, "node: not found; install it with: make system-packages"
    for name in ("condition.js", "answers.js"):
        shutil.copy(MODULES / name, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "program.js").write_text(PROGRAM, encoding="utf-8")
    run = subprocess.run(
        [node, "program.js"], check=True, cwd=folder, input=json.dumps(given), stdout=subprocess.PIPE, text=True
    )
    results: dict[str, Any] = json.loads(run.stdout)
    return results


def items_of(questionnaire: str) -> list[Any]:
    sections = to_definition(tiny(questionnaire))["sections"]
    return [item for section in sections for item in section["items"]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    forms = [
        {
            "items": [
                item for section in to_definition(tiny(case["questionnaire"]))["sections"] for item in section["items"]
            ],
            "raw": case["raw"],
            "context": case.get("context", {}),
        }
        for case in ANSWERS
    ]
    return run_in_javascript(tmp_path_factory.mktemp("twins"), {"conditions": CONDITIONS, "forms": forms})


def test_conditions_have_the_same_answer_in_javascript(results: dict[str, Any]) -> None:
    pairs = zip(CONDITIONS, results["conditions"], strict=True)
    assert [case["expression"] for case, found in pairs if found is not case["expected"]] == []


def test_forms_are_read_the_same_way_in_javascript(results: dict[str, Any]) -> None:
    for case, found in zip(ANSWERS, results["forms"], strict=True):
        expected = {"asked": case["asked"], "faults": case["faults"], "stopped_at": case.get("stopped_at")}
        assert found == expected, case


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: f"{case['questionnaire']} {case['raw']}")
def test_forms_are_read_this_way_in_python(case: dict[str, Any]) -> None:
    read = read_answers(tiny(case["questionnaire"]), case["raw"], context=case.get("context"))
    assert list(read.answers) == case["asked"]
    assert [[fault.item, str(fault.key)] for fault in read.faults] == case["faults"]
    assert (read.stopped_at.name if read.stopped_at else None) == case.get("stopped_at")
