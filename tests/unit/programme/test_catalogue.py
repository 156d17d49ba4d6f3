"""The catalogue of indicators resolves against the questionnaires, and its faults are told."""

from pathlib import Path

import pytest

from survey.actions.instrument.check_questionnaires import check_questionnaires
from survey.programme.indicator import Indicator, Rule, Unit
from survey.programme.target import Operator, Target
from tests.unit.instrument.tiny import REAL, copy_with

FOLDER = check_questionnaires(REAL)
CATALOGUE = FOLDER.catalogue
INDICATORS = "indicators.yaml"

# id: rule, items, codes that count, codes left out of the base
EXPECTED = {
    "AWARE": ("TOP", "a1", "3", ""),
    "SUPPORT": ("TOP", "a2", "5 4", ""),
    "PARTIC": ("ANY", "a3", "1 2 3 4 5 6 7 8 96", ""),
    "SAT_ALL": ("TOP", "a4", "5 4", "8"),
    "ENV": ("TOP", "b1", "5 4", "8"),
    "SAFE": ("WIDE", "b2", "5 4 3", "8"),
    "BUS": ("TOP", "b3", "5 4", "8 7"),
    "CHC": ("TOP", "c1", "5 4", "8 7"),
    "EDU": ("TOP", "c2", "5 4", "8"),
    "WINDOW": ("TOP", "c3", "5 4", "8 7"),
    "GOV_EFF": ("TOP", "c4", "5 4", "8 7"),
    "GOV_CLEAN": ("TOP", "c5", "5 4", "8"),
    "VOL_SUP": ("TOP", "d1", "5 4", ""),
    "MARROW": ("TOP", "d2", "5 4", ""),
    "LAW_EDU": ("TOP", "d3", "3 2", ""),
}


def faults(tmp_path: Path, file: str, old: str, new: str) -> list[str]:
    return [str(fault) for fault in check_questionnaires(copy_with(REAL, tmp_path, file, old, new)).faults]


def test_the_folder_has_no_fault() -> None:
    assert [str(fault) for fault in FOLDER.faults] == []


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_an_indicator_has_its_rule_items_and_codes(name: str, expected: tuple[str, str, str, str]) -> None:
    found = CATALOGUE[name]
    codes = (" ".join(found.counted_codes), " ".join(found.excluded_codes))
    assert (found.rule, " ".join(found.items), *codes) == expected


@pytest.mark.parametrize("indicator", CATALOGUE.values(), ids=lambda indicator: indicator.id)
def test_every_indicator_resolves_in_every_questionnaire_it_names(indicator: Indicator) -> None:
    newest = {questionnaire.name: questionnaire for questionnaire in FOLDER.questionnaires}
    for name in indicator.questionnaires:
        for item in indicator.items:
            assert set(indicator.counted_codes) <= newest[name].item(item).codes


def test_the_composite_is_a_mean_of_two_indicators() -> None:
    composite = CATALOGUE["GOV_BOTH"]
    assert (composite.rule, [part for part, _ in composite.parts]) == (Rule.MEAN, ["GOV_EFF", "GOV_CLEAN"])


def test_the_score_counts_coefficients_and_is_no_rate() -> None:
    score = CATALOGUE["SCORE"]
    assert (score.rule, score.unit, dict(score.coefficients)) == (Rule.INDEX, Unit.SCORE, {"3": 100, "2": 80, "1": 0})


def test_the_rule_in_words_names_numerator_base_and_dont_knows() -> None:
    assert CATALOGUE["BUS"].rule_in_words("zh-Hans") == (
        "选“非常满意”或“满意”的人占分母的比例，分母为乘公交且有评价者；"
        "“不了解／说不清”、“从不乘公交”不计入分母；“不了解／说不清”另报占比。"
    )
    assert CATALOGUE["SUPPORT"].rule_in_words("en") == (
        "Share of those who chose “strongly support” or “support”; base: all who answered (the indifferent too); "
        "“cannot say” kept in the base."
    )
    assert CATALOGUE["GOV_BOTH"].rule_in_words("zh-Hant") == (
        "「行政效能滿意度」和「反腐倡廉滿意度」的平均，分母為兩項均有效的人。"
    )
    assert "“满意” 100、“基本满意” 80、“不满意” 0" in CATALOGUE["SCORE"].rule_in_words("zh-Hans")


@pytest.mark.parametrize("language", ["zh-Hans", "en", "zh-Hant"])
def test_every_indicator_can_be_told_in_words(language: str) -> None:
    sentences = [indicator.rule_in_words(language) for indicator in CATALOGUE.values()]
    assert all(sentence.endswith(("。", ".")) and "{" not in sentence for sentence in sentences)


def test_each_figure_of_the_plans_is_a_target() -> None:
    found = {
        (profile.name, target.indicator, str(target.operator), target.value)
        for profile in FOLDER.profiles.values()
        for target in profile.targets
    }
    assert found == {
        ("plan-s0", "VOL_SUP", ">=", 0.90),
        ("plan-s0", "SAT_ALL", ">=", 0.90),
        ("plan-s0", "SCORE", ">=", 95),
        ("plan-s0", "LAW_EDU", ">", 0.80),
        ("plan-s2", "SUPPORT", ">", 0.80),
        ("plan-s2", "ENV", ">", 0.75),
        ("plan-s2", "SAFE", ">", 0.85),
        ("plan-s2", "GOV_EFF", ">", 0.90),
        ("plan-s2", "GOV_CLEAN", ">", 0.90),
        ("plan-s2", "GOV_BOTH", ">", 0.90),
        ("plan-s2", "WINDOW", ">", 0.85),
        ("plan-s2", "MARROW", ">=", 0.50),
        ("plan-s2", "EDU", ">", 0.75),
        ("plan-s2", "BUS", ">=", 0.60),
        ("plan-s2", "CHC", ">=", 0.80),
        ("plan-s4", "SAT_ALL", ">", 0.80),
    }


def test_the_same_indicator_has_another_target_in_another_plan() -> None:
    plans = [FOLDER.profiles[name].target("SAT_ALL") for name in ("plan-s0", "plan-s4", "plan-s2")]
    assert [plan.in_words("zh-Hans") if plan else None for plan in plans] == ["不低于90%", "高于80%", None]


def test_a_target_is_told_with_its_operator_and_unit() -> None:
    assert Target("SCORE", Operator.AT_LEAST, 95, Unit.SCORE).in_words("zh-Hans") == "不低于95分"
    assert Target("ENV", Operator.ABOVE, 0.755, Unit.RATE).in_words("en") == "above 75.5%"


@pytest.mark.parametrize(("value", "unit"), [(80, Unit.RATE), (0, Unit.RATE), (101, Unit.SCORE)])
def test_a_target_outside_its_range_is_refused(value: float, unit: Unit) -> None:
    with pytest.raises(ValueError, match="expected a"):
        Target("ENV", Operator.ABOVE, value, unit)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (INDICATORS, "items: [a1]", "items: [a9]", "indicator AWARE items: expected an item of resident, found 'a9'"),
        (INDICATORS, 'count: ["3"]', 'count: ["6"]', "indicator AWARE count: expected a code of item a1, found '6'"),
        (INDICATORS, 'count: ["5", "4"]', 'count: ["5"]', "indicator SUPPORT count: expected 4, 5 with TOP, found 5"),
        (
            INDICATORS,
            "rule: WIDE\n  items: [b2]",
            "rule: TOP\n  items: [b2]",
            "indicator SAFE count: expected 4, 5 with",
        ),
        (
            INDICATORS,
            "rule: TOP\n  items: [a1]",
            "rule: BEST\n  items: [a1]",
            "indicator AWARE rule: expected 'TOP', 'WIDE'",
        ),
        (
            INDICATORS,
            "  dont_know: included",
            "  dont_know: excluded",
            "indicator SUPPORT dont_know: expected excluded to",
        ),
        (
            INDICATORS,
            "dont_know: none",
            "dont_know: included",
            "indicator AWARE dont_know: expected none, found included",
        ),
        (INDICATORS, 'exclude: ["8", "7"]', 'exclude: ["8"]', "indicator BUS exclude: expected code 7 (not applicable"),
        (
            INDICATORS,
            'exclude: ["8"]',
            'exclude: ["8", "5"]',
            "indicator SAT_ALL exclude: expected no code that counts",
        ),
        (INDICATORS, "parts: [GOV_EFF,", "parts: [GOV_ALL,", "indicator GOV_BOTH parts: expected an indicator of this"),
        (INDICATORS, "[resident, doorstep, pulse]", "[resident, doorstep, merchant]", "expected one population, found"),
        (INDICATORS, "[resident, doorstep, pulse]", "[residents]", "expected a questionnaire without faults, found"),
        (INDICATORS, "report_by: [f7]", "report_by: [f8]", "indicator EDU report_by: expected an item of one of the"),
        (
            INDICATORS,
            "AWARE:",
            "AWARENESS:",
            "item a1 indicator: expected an indicator that names item and questionnaire",
        ),
        ("targets/plan-s2.yaml", "SUPPORT,", "SUPORT,", "targets/plan-s2.yaml:6: target: expected an indicator of"),
        (
            "targets/plan-s2.yaml",
            "0.80",
            "80",
            "target of SUPPORT: expected a rate up to 1, found 80; write 80 % as 0.80",
        ),
        ("targets/plan-s2.yaml", "0.80", "-0.8", "targets.0.value: expected greater than 0, found '-0.8'"),
        (
            "targets/plan-s2.yaml",
            'operator: ">"',
            'operator: "="',
            "targets.0.operator: expected '>' or '>=', found '='",
        ),
        ("targets/plan-s2.yaml", "ENV", "SUPPORT", "target of SUPPORT: expected every indicator once, found it twice"),
        ("targets/plan-s0.yaml", "95, unit: score", "0.95, unit: rate", "target of SCORE: expected unit score, as its"),
        (
            "targets/plan-s0.yaml",
            "plan: plan-s0",
            "plan: plan-s9",
            "plan: expected the file's name plan-s0, found plan-s9",
        ),
    ],
)
def test_a_fault_is_told(tmp_path: Path, file: str, old: str, new: str, fault: str) -> None:
    found = faults(tmp_path, file, old, new)
    assert any(fault in line for line in found), found


def test_an_indicator_with_a_faulty_questionnaire_is_not_told_as_a_fault_of_its_own_file(tmp_path: Path) -> None:
    found = faults(tmp_path, "merchant/v1.yaml", "select_one KNOW3", "select_one KNOW4")
    assert any(line.startswith("merchant/v1.yaml:14: item m1: expected a scale") for line in found)
