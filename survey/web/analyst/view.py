"""What all views of the workspace have: tables and charts that are shown, printed, and downloaded by `?as=`.

The address holds the whole state of a view, so that it can be kept, sent and downloaded as it is seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, abort, render_template, request, url_for
from markupsafe import Markup

from survey.exchange.print.chart_picture import svg_as_png
from survey.programme.wave import Wave
from survey.web.data_tables import DataTable
from survey.web.i18n import in_page_language
from survey.web.services import services
from survey.web.standalone_chart import standalone_chart, style_hash

_ALONE = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Chart:
    """A picture with its title."""

    title: str
    picture: Markup


def show(
    template: str, wave: Wave, tables: Sequence[DataTable], charts: Sequence[Chart] = (), **more: object
) -> str | Response:
    """The page; or one of its tables (`?as=csv&k=0`) or charts (`?as=svg&k=0`, `?as=png&k=0`) as a file."""
    wanted, place = request.args.get("as"), request.args.get("k", "0")
    if wanted is None:
        return render_template(
            template,
            wave=wave,
            tables=tables,
            charts=charts,
            download=_download_address,
            **more,
        )
    offered: dict[str, Sequence[DataTable] | Sequence[Chart]] = {"csv": tables, "svg": charts, "png": charts}
    chosen = offered.get(wanted, ())
    if not place.isdecimal() or len(place) > 3 or int(place) >= len(chosen):
        abort(404)
    found = chosen[int(place)]
    name = f"{wave.id}-{(request.endpoint or '').split('.')[-1]}-{int(place) + 1}.{wanted}"
    if isinstance(found, DataTable):
        return _table(found, name)
    return _picture(found, wave, name, plain=wanted == "png")


def _download_address(kind: str, place: int) -> str:
    """The address of this view as a file, with the same filters."""
    kept = {name: request.args.getlist(name) for name in request.args if name not in {"as", "k"}}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept, "as": kind, "k": place})


def _table(table: DataTable, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table.to_csv(), content_type="text/csv; charset=utf-8", headers=headers)


def _picture(chart: Chart, wave: Wave, name: str, *, plain: bool) -> Response:
    """SVG, or PNG for programs that take no SVG."""
    source = f"{in_page_language(wave.name)} · {in_page_language(wave.organiser.name)}"
    picture = standalone_chart(chart.picture, chart.title, source, plain=plain)
    if plain:
        content = svg_as_png(picture.svg, services().settings.var / "fonts")
        return Response(
            content, content_type="image/png", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": _ALONE.format(style_hash()),
    }
    return Response(picture.svg, content_type="image/svg+xml", headers=headers)
