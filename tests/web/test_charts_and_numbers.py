"""Charts and numbers of the staff pages: rounding never crosses a target, nothing is told by colour alone."""

import pytest
from flask import Flask

from survey.programme.figure import Decision, Figure, Limits
from survey.web.charts import ChartRow, interval_chart
from survey.web.numbers import as_figure


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        (0.8, 0.8, "80.0%"),
        (0.80004, 0.8, "80.004%"),
        (0.79999, 0.8, "79.999%"),
        (0.7996, 0.8, "79.96%"),
        (0.7, 0.8, "70.0%"),
    ],
)
def test_rounding_never_hides_on_which_side_of_the_target_a_rate_lies(value: float, target: float, shown: str) -> None:
    assert as_figure(value, score=False, target=target) == shown


def row(decision: Decision, estimate: float, target: float | None = 0.8, label: str = "群众安全感") -> ChartRow:
    limits = (Limits(estimate - 0.05, estimate + 0.04, 0.9, "korn-graubard"),)
    figure = Figure(n=90, publishable=True, estimate=estimate, limits=limits, target=target, decision=decision)
    return ChartRow(label, figure, {"met": "达标", "not_met": "未达标", "undetermined": "尚不能判断"}.get(decision, ""))


def drawn(app: Flask, *rows: ChartRow) -> str:
    with app.test_request_context("/staff/"):
        return str(interval_chart("chart", "标题", rows))


def test_three_verdicts_have_three_signs_three_words_and_three_shapes(app: Flask) -> None:
    met = drawn(app, row(Decision.MET, 0.9))
    not_met = drawn(app, row(Decision.NOT_MET, 0.6))
    open_ = drawn(app, row(Decision.UNDETERMINED, 0.81))
    assert "✓ 达标" in met and '<circle class="dot met"' in met
    assert "✗ 未达标" in not_met and '<rect class="dot not_met"' in not_met
    assert "? 尚不能判断" in open_ and '<circle class="dot undetermined"' in open_


def test_one_shared_target_is_one_line_and_different_ones_stand_with_their_rows(app: Flask) -> None:
    assert drawn(app, row(Decision.MET, 0.9), row(Decision.NOT_MET, 0.6)).count('class="target"') == 1
    assert drawn(app, row(Decision.MET, 0.9), row(Decision.NOT_MET, 0.6, 0.85)).count('class="target"') == 2
    assert 'class="target"' not in drawn(app, row(Decision.NONE, 0.9, None))


def test_a_row_that_is_held_back_says_so_and_draws_nothing(app: Flask) -> None:
    held = ChartRow("望荷社区", Figure(n=12, publishable=False, decision=Decision.UNDETERMINED), "尚不能判断")
    chart = drawn(app, row(Decision.MET, 0.9), held)
    assert "样本不足，不公布" in chart
    assert chart.count('class="dot') == 1


def test_what_people_typed_is_text_in_a_chart(app: Flask) -> None:
    chart = drawn(app, row(Decision.MET, 0.9, label="<script>alert(1)</script>"))
    assert "<script>" not in chart
    assert "&lt;script&gt;" in chart


def test_a_chart_has_no_inline_style_and_positions_that_follow_the_width(app: Flask) -> None:
    chart = drawn(app, row(Decision.MET, 0.9))
    assert "style=" not in chart
    assert 'width="100%"' in chart and "viewBox" not in chart
