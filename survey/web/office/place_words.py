"""What the office's pages call kinds of places and sheets, in the language of the page."""

from flask_babel import lazy_gettext

from survey.invitation.invitation import PlaceType
from survey.invitation.sheet import Sheet

PLACE_TYPES = {
    PlaceType.SERVICE: lazy_gettext("办事大厅、服务中心"),
    PlaceType.HEALTH: lazy_gettext("医院、卫生服务站"),
    PlaceType.BUS: lazy_gettext("公交车站"),
    PlaceType.SCHOOL: lazy_gettext("学校"),
    PlaceType.PARK: lazy_gettext("公园、广场"),
    PlaceType.HOME: lazy_gettext("居民小区"),
}
SHEETS = {
    Sheet.A4: (lazy_gettext("A4 海报"), lazy_gettext("贴在墙上，一米半外能扫。每处一页。")),
    Sheet.A5: (lazy_gettext("A5 小海报"), lazy_gettext("放在柜台、窗口。每处一页。")),
    Sheet.CARD: (lazy_gettext("桌卡"), lazy_gettext("A4 纸沿虚线对折，两面都能扫。每处一页。")),
    Sheet.LABELS: (lazy_gettext("不干胶标签"), lazy_gettext("每张 A4 有 24 枚（70×37 毫米）。每处一枚。")),
}
