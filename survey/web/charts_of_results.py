"""The two charts of the results: all indicators in one area, one indicator over the areas. PROB only, never mixed."""

from flask_babel import gettext
from markupsafe import Markup

from survey.actions.results.show_results import WaveResults
from survey.programme.area import Area
from survey.programme.figure import Figure
from survey.programme.wave_indicator import WaveIndicator
from survey.web.charts import ChartRow, interval_chart
from survey.web.i18n import as_heading, in_page_language
from survey.web.words import verdict_in_words


def title_of_indicators(area: Area) -> str:
    """What the chart of an area is called."""
    return str(gettext("%(area)s：各指标的率、区间与目标", area=in_page_language(area.name)))


def title_of_areas(found: WaveIndicator) -> str:
    """What the chart of an indicator is called."""
    return str(gettext("%(indicator)s：各街道、社区的率与区间", indicator=as_heading(found.indicator.label)))


def chart_of_indicators(results: WaveResults, area: Area | None) -> Markup:
    """Every rate that has a figure in `area`; scores have another axis and stand in the table only."""
    if area is None:
        return Markup("")
    rows = [
        _row(as_heading(each.indicator.label), figure)
        for each in results.indicators
        if not each.is_score and (figure := results.pair(each.indicator.id, area.code).prob) is not None
    ]
    return interval_chart("chart", title_of_indicators(area), rows) if rows else Markup("")


def chart_of_areas(results: WaveResults, found: WaveIndicator) -> Markup:
    """One indicator in the whole, in the streets and in the communities, as far as their figures may be shown."""
    rows = [
        _row(in_page_language(area.name), figure)
        for area in results.areas
        if (figure := results.pair(found.indicator.id, area.code).prob) is not None and figure.publishable
    ]
    return interval_chart("chart", title_of_areas(found), rows, score=found.is_score) if rows else Markup("")


def _row(label: str, figure: Figure) -> ChartRow:
    return ChartRow(label, figure, verdict_in_words(figure))
