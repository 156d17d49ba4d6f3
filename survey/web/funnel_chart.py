"""A poster's funnel as a small SVG picture: four bars, as long as the numbers; looks come from staff.css."""

from flask_babel import gettext
from markupsafe import Markup, escape

from survey.invitation.funnel import Funnel
from survey.web.numbers import as_count

_BAR, _STEP = 8, 11  # pixels: height of a bar, from one to the next


def funnel_chart(funnel: Funnel, most: int) -> Markup:
    """The picture of `funnel`; `most` is the number whose bar fills the width, the same for all posters of a page."""
    shown = (
        (gettext("扫码"), funnel.scanned),
        (gettext("看题"), funnel.opened),
        (gettext("动笔"), funnel.started),
        (gettext("提交"), funnel.sent),
    )
    described = "，".join(f"{label} {as_count(n)}" for label, n in shown)
    bars = "".join(
        f'<rect class="bar s{k}" x="0" y="{k * _STEP}" width="{100 * n / max(most, 1):.2f}%" height="{_BAR}"/>'
        for k, (_, n) in enumerate(shown)
    )
    return Markup(  # noqa: S704 - numbers, and words of the catalogue that are escaped
        f'<svg class="funnel" width="100%" height="{len(shown) * _STEP}" role="img" '
        f'aria-label="{escape(described)}" xmlns="http://www.w3.org/2000/svg">{bars}</svg>'
    )


def most_of(funnels: list[Funnel]) -> int:
    """The largest number in any of the funnels."""
    return max((max(one.scanned, one.opened, one.started, one.sent) for one in funnels), default=0)
