"""A questionnaire that is being written: edits, a published version written back, pasted text, advice, differences."""

from copy import deepcopy
from typing import Any

import pytest

from survey.instrument.compile import compile_scales, compile_source
from survey.instrument.drafting.advice import Advice, Finding, advise
from survey.instrument.drafting.differences import Change, differences
from survey.instrument.drafting.draft import (
    Keys,
    NoSuchPartError,
    UnfitEditError,
    find_item,
    free_name,
    items_of,
    looking_at,
    new_draft,
    with_head,
    with_item,
    with_item_copied,
    with_item_moved,
    with_item_replaced,
    with_section,
    with_section_moved,
    with_section_replaced,
    without_item,
    without_section,
)
from survey.instrument.drafting.pasted import Pasted, read_pasted
from survey.instrument.drafting.written import written
from survey.instrument.include import Library
from survey.instrument.questionnaire import Questionnaire
from survey.instrument.source import Source
from tests.unit.instrument.tiny import REAL

LIBRARY = Library(REAL)
SCALES = compile_scales(LIBRARY)[0]
VERSIONS = sorted(str(path.relative_to(REAL)) for path in REAL.glob("*/v*.yaml"))


def compiled(draft: Keys) -> Questionnaire:
    questionnaire, faults = compile_source(LIBRARY, Source("draft", draft))
    assert questionnaire is not None, faults
    return questionnaire


def published(file: str) -> Questionnaire:
    return compiled(LIBRARY.source(file)[0].data)


def item(name: str, label: str = "您满意吗？", kind: str = "select_one SAT5", **keys: Any) -> Keys:
    return {"type": kind, "name": name, "label": {"zh-Hans": label}, **keys}


def draft_of(*items: Keys) -> Keys:
    draft = new_draft("trial", "试用", "residents")
    for one in items:
        draft = with_item(draft, "main", one)
    return draft


def names(draft: Keys) -> list[str]:
    return [one["name"] for one in items_of(draft)]


@pytest.mark.parametrize("file", VERSIONS)
def test_a_published_version_written_back_is_the_same_version(file: str) -> None:
    questionnaire = published(file)
    draft = written(questionnaire, SCALES)
    assert compiled(draft) == questionnaire
    assert compiled(draft).sha256 == questionnaire.sha256


def test_an_edit_gives_new_data_and_leaves_what_was_there() -> None:
    before = draft_of(item("q1"), item("q2", relevant="${q1} = '5'"))
    kept = deepcopy(before)
    assert names(with_item_moved(before, "q2", -1)) == ["q2", "q1"]
    assert names(with_item_moved(before, "q1", -1)) == ["q1", "q2"]
    assert names(with_item_copied(before, "q1")) == ["q1", "q1_1", "q2"]
    assert names(without_item(before, "q1")) == ["q2"]
    assert names(with_item(before, "main", item("q3"), before="q1")) == ["q3", "q1", "q2"]
    assert free_name(before, "q") == "q3"
    assert looking_at(before, "q1") == ["q2"]
    assert before == kept


def test_a_renamed_item_is_renamed_in_every_condition() -> None:
    before = with_head(draft_of(item("q1"), item("q2", relevant="${q1} = '5'")), in_population="${q1} != '1'")
    after = with_item_replaced(before, "q1", item("first"))
    assert find_item(after, "q2")["relevant"] == "${first} = '5'"
    assert after["in_population"] == "${first} != '1'"
    assert compiled(after).item("q2").relevant is not None


def test_an_item_moves_from_section_to_section_and_sections_move() -> None:
    draft = with_section(draft_of(item("q1")), {"name": "second", "label": {"zh-Hans": "二"}, "items": [item("q2")]})
    moved = with_item_moved(draft, "q1", 1)
    assert [[one["name"] for one in section["items"]] for section in moved["sections"]] == [[], ["q1", "q2"]]
    assert [section["name"] for section in with_section_moved(draft, "second", -1)["sections"]] == ["second", "main"]
    assert [section["name"] for section in without_section(moved, "main")["sections"]] == ["second"]
    both = with_head(draft, randomize=["main", "second"])
    assert with_section_replaced(both, "second", name="other")["randomize"] == ["main", "other"]


def test_what_would_leave_disorder_is_refused() -> None:
    draft = draft_of(item("q1"), item("q2"))
    with pytest.raises(UnfitEditError):
        with_item(draft, "main", item("q1"))
    with pytest.raises(UnfitEditError):
        with_item_replaced(draft, "q1", item("q2"))
    with pytest.raises(UnfitEditError):
        with_item(draft, "main", item("Frage 1"))
    with pytest.raises(UnfitEditError):
        without_section(draft, "main")
    with pytest.raises(NoSuchPartError):
        without_item(draft, "q9")
    with pytest.raises(NoSuchPartError):
        with_section_moved(draft, "nowhere", 1)


PAPER = """\
某区公共服务民意问卷
亲爱的居民，您好！
一、基本情况
1. 您的性别是？（单选）
A. 男  B. 女
2、您的年龄是多少岁？____
二、服务评价
3．您对本社区环境卫生满意吗？【单选题】
A、非常满意
B、满意
C、一般
D、不满意
E、非常不满意
F、不了解／说不清
4. 您参加过下列哪些活动？（可多选，最多选三项）
□志愿服务 □清洁家园 □义务献血 □都没有参加
（5）您对公交满意吗（指区内线路）？ ○满意 ○基本满意 ○不满意 ○不清楚
6. 您还有什么意见？（填空）
________________
谢谢！
"""


def shape(pasted: Pasted) -> list[tuple[str, str, list[str]]]:
    return [
        (one["type"], one["label"]["zh-Hans"], [choice["label"]["zh-Hans"] for choice in one.get("choices", [])])
        for one in pasted.items
    ]


def test_a_questionnaire_copied_from_word_becomes_items() -> None:
    pasted = read_pasted(PAPER, SCALES)
    assert pasted.title == "某区公共服务民意问卷"
    assert [(heading, len(items)) for heading, items in pasted.sections] == [("基本情况", 2), ("服务评价", 4)]
    assert shape(pasted) == [
        ("select_one", "您的性别是？", ["男", "女"]),
        ("integer", "您的年龄是多少岁？", []),
        ("select_one SAT5", "您对本社区环境卫生满意吗？", []),
        ("select_multiple", "您参加过下列哪些活动？", ["志愿服务", "清洁家园", "义务献血", "都没有参加"]),
        ("select_one SAT4", "您对公交满意吗（指区内线路）？", []),
        ("text", "您还有什么意见？", []),
    ]
    assert pasted.items[3]["maximum_choices"] == "3"
    assert pasted.items[3]["choices"][3]["exclusive"] == "true"
    assert [(one.line, one.text) for one in pasted.left_over] == [(2, "亲爱的居民，您好！"), (20, "谢谢！")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. 您知道吗\n1) 知道 2) 不知道", [["知道", "不知道"]]),
        (
            "1. 支持吗\n2. 您支持哪一项\n1. 公交\n2. 绿化\n3. 说不清\n3. 完了吗\n(1) 是\n(2) 否",
            [[], ["公交", "绿化", "说不清"], ["是", "否"]],
        ),
        ("一、您满意吗？\n①满意②不满意\n二、您的意见？", [["满意", "不满意"], []]),
        ("Q1 您住在本区吗？\n（A）是\n（B）否", [["是", "否"]]),
        ("第1题 您支持吗？\n☐ 支持\n☐ 不支持\n第2题 为什么？", [["支持", "不支持"], []]),
    ],
)
def test_other_ways_of_numbering_are_understood(text: str, expected: list[list[str]]) -> None:
    assert [labels for _, _, labels in shape(read_pasted(text, SCALES))] == expected


def test_an_answer_that_says_nothing_is_guessed_as_missing() -> None:
    known, asked = read_pasted("1. 知道吗\nA. 知道\nB. 不知道\n2. 支持吗\nA. 支持\nB. 反对\nC. 说不清", SCALES).items
    assert [choice.get("polarity") for choice in known["choices"]] == [None, None]
    assert [choice.get("polarity") for choice in asked["choices"]] == [None, None, "dk"]


def test_no_text_gives_nothing() -> None:
    assert read_pasted("", SCALES) == Pasted("", (), ())
    assert read_pasted("你好\n再见", SCALES).items == ()


def kinds(draft: Keys, name: str) -> dict[Advice, str]:
    return {finding.kind: finding.found for finding in advise(compiled(draft)) if finding.item == name}


@pytest.mark.parametrize(
    ("label", "kind", "found"),
    [
        ("您对公交和地铁满意吗？", Advice.TWO_THINGS, "和"),
        ("众所周知本区更美了，您满意吗？", Advice.LEADING, "众所周知"),
        ("您从不乱扔垃圾，是吗？", Advice.ABSOLUTE, "从不"),
        ("您是不是没有不参加的活动？", Advice.TWICE_NO, "没有不"),
        ("您经常乘公交吗？", Advice.VAGUE, "经常"),
        ("您" + "对这条很长很长的问题" * 8 + "满意吗？", Advice.LONG_LABEL, "85"),
    ],
)
def test_a_trap_in_the_wording_is_found(label: str, kind: Advice, found: str) -> None:
    assert kinds(draft_of(item("q1", label)), "q1").get(kind) == found


def test_plain_wording_has_no_findings() -> None:
    assert kinds(draft_of(item("q1", "您对本社区的环境卫生满意吗？")), "q1") == {}


def choices(*polarities: str) -> list[Keys]:
    return [
        {"name": str(number), "label": {"zh-Hans": f"答案{number}"}, **({"polarity": polarity} if polarity else {})}
        for number, polarity in enumerate(polarities, start=1)
    ]


def test_lopsided_scales_and_missing_dont_know_are_found() -> None:
    asked = item("q1", "您满意吗？", "select_one", choices=choices("+", "+", "-"), purpose="indicator")
    assert set(kinds(draft_of(asked), "q1")) == {Advice.UNBALANCED, Advice.NO_DONT_KNOW, Advice.NO_INDICATOR}
    plain = item("q1", "您选哪一个？", "select_one", choices=choices("", ""), purpose="indicator", indicator="X")
    assert set(kinds(draft_of(plain), "q1")) == {Advice.NO_POLARITY}


def test_labels_that_spss_and_stata_would_cut_are_found() -> None:
    long = [{"name": "1", "label": {"zh-Hans": "很" * 41}}, {"name": "2", "label": {"zh-Hans": "短"}}]
    found = kinds(draft_of(item("q1", "问" * 90, "select_one", choices=long)), "q1")
    assert found[Advice.SPSS_LABEL] == "270"
    assert found[Advice.STATA_LABEL] == "90"
    assert found[Advice.SPSS_CHOICE] == "很" * 41


@pytest.mark.parametrize(
    ("condition", "never"),
    [
        ("${q1} = '5' and ${q1} = '4'", True),
        ("${q1} = '5' and ${q2} = '4'", True),  # q2 is asked of those only who chose 1 in q1
        ("${q1} = '1' and ${q2} = '4'", False),
        ("selected(${q3}, '1') and selected(${q3}, '2')", True),  # one choice at most
        ("selected(${q3}, '1') or ${q1} = '8'", False),
        ("${q1} != '5'", False),
        ("count-selected(${q3}) > 1", True),
    ],
)
def test_a_condition_that_can_never_hold_blocks(condition: str, never: bool) -> None:
    draft = draft_of(
        item("q1"),
        item("q2", relevant="${q1} = '1'"),
        item("q3", "选一项", "select_multiple", choices=choices("", ""), maximum_choices="1"),
        item("q4", relevant=condition),
    )
    blocking = [finding for finding in advise(compiled(draft)) if finding.blocks]
    assert blocking == ([Finding(Advice.NEVER_ASKED, "q4", condition)] if never else [])


def test_every_item_of_our_own_questionnaires_can_be_asked() -> None:
    for file in VERSIONS:
        assert not any(finding.blocks for finding in advise(published(file))), file


def test_two_versions_are_compared_and_broken_indicators_named() -> None:
    before = draft_of(item("q1", indicator="SAT_ALL"), item("q2", indicator="SUPPORT"), item("q3"), item("q4"))
    after = with_item_replaced(before, "q1", item("q1", "您非常满意吧？", indicator="SAT_ALL"))
    after = with_item_replaced(after, "q2", item("q2", kind="select_one SAT4", indicator="SUPPORT"))
    after = with_item_moved(without_item(with_item(after, "main", item("q5")), "q4"), "q5", -1)
    found = differences(compiled(before), compiled(after))
    assert [(one.item, one.change) for one in found if not one.breaks] == [
        ("q5", Change.ADDED),
        ("q4", Change.REMOVED),
    ]
    broken = {(one.item, one.indicator, one.change) for one in found if one.breaks}
    assert ("q1", "SAT_ALL", Change.LABEL) in broken
    assert ("q2", "SUPPORT", Change.CHOICE_REMOVED) in broken
    assert ("q2", "SUPPORT", Change.CHOICE_LABEL) in broken
    assert differences(compiled(before), compiled(before)) == ()


def test_one_moved_item_is_told_as_one() -> None:
    before = draft_of(item("q1"), item("q2"), item("q3"), item("q4"))
    after = with_item_moved(with_item_moved(with_item_moved(before, "q1", 1), "q1", 1), "q1", 1)
    assert [(one.item, one.change) for one in differences(compiled(before), compiled(after))] == [("q1", Change.MOVED)]
