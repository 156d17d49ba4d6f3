"""What every list of waves has, whoever reads it: name, status, beginning, numbers of answers, the filter by status."""

from flask_babel import lazy_gettext

from survey.actions.programme.list_waves_in_area import WaveSummary
from survey.web.i18n import in_page_language
from survey.web.listing import Column, Filter
from survey.web.words import STATUSES

NAME: Column[WaveSummary] = Column("name", lazy_gettext("调查轮次"), lambda row: in_page_language(row.wave.name))
STATUS: Column[WaveSummary] = Column("status", lazy_gettext("状态"), lambda row: str(STATUSES[row.wave.status]))
OPENED: Column[WaveSummary] = Column("opened", lazy_gettext("开始"), lambda row: row.wave.opened_at)
ANSWERS: tuple[Column[WaveSummary], ...] = (
    Column("drawn", lazy_gettext("抽样答卷"), lambda row: row.drawn, number=True),
    Column("scanned", lazy_gettext("扫码答卷"), lambda row: row.self_selected, number=True),
)
BY_STATUS: Filter[WaveSummary] = Filter(
    "status",
    lazy_gettext("状态"),
    {status.value: words for status, words in STATUSES.items()},
    lambda row: row.wave.status.value,
)


def searched(row: WaveSummary) -> str:
    """What a search looks through: the name in every language, the id and the questionnaire."""
    name = row.wave.name
    return f"{name.zh_hans} {name.zh_hant} {name.en} {row.wave.id} {row.wave.questionnaire}"
