"""Released results for everyone: the list, one wave in the whole or in one area, download, a chart for other sites.

The language stands in the path and nothing depends on who asks, so that every answer may be kept by caches.
"""

from functools import lru_cache

from flask import Blueprint, Response, abort, render_template, request

from survey.actions import Storage
from survey.actions.results.export_estimates import export_estimates
from survey.actions.results.show_release import PublicResults, ReleasedWave, find_release, list_released, show_release
from survey.programme.area import Area, AreaLevel
from survey.web.charts_of_results import chart_of_indicators
from survey.web.i18n import in_page_language, negotiate, page_language, use_language
from survey.web.services import services
from survey.web.standalone_chart import StandaloneChart, standalone_chart, style_hash
from survey.web.words import WORDS

_LANGUAGE = "/<language:tag>"
_KEPT_SECONDS = 300  # how long a cache may go on showing an edition that has been withdrawn meanwhile
_FRAMED = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors *"


def add_routes(blueprint: Blueprint) -> None:
    for prefix in ("", _LANGUAGE):
        blueprint.add_url_rule(f"{prefix}/results/", "results", show_list)
        blueprint.add_url_rule(f"{prefix}/results/<wave_id>", "released", show_wave)
        blueprint.add_url_rule(f"{prefix}/results/<wave_id>/areas/<code>", "released", show_wave)
        blueprint.add_url_rule(f"{prefix}/results/<wave_id>/figures.csv", "released_figures", download)
        blueprint.add_url_rule(f"{prefix}/results/<wave_id>/chart.svg", "released_chart", show_chart)


def show_list(tag: str | None = None) -> Response:
    _choose(tag)
    return _kept(render_template("public/results.html", released=list_released(services().storage)))


def show_wave(wave_id: str, code: str | None = None, tag: str | None = None) -> Response:
    """The whole, or the area `code`; 410 once the results are withdrawn."""
    _choose(tag)
    found = _found(wave_id)
    if not found.release.public:
        return _kept(render_template("public/withdrawn.html", found=found, wave=found.wave), status=410)
    public = _shown(services().storage, found)
    area = _area(public, code)
    page = render_template(
        "public/released.html",
        results=public.results,
        release=public.release,
        wave=found.wave,
        area=area,
        streets=_by_street(public),
        chart=chart_of_indicators(public.results, area),
        words=WORDS,
        framed_height=_standing_alone(public).height,
        host=services().settings.public_url or request.url_root.rstrip("/"),
    )
    return _kept(page)


def download(wave_id: str, tag: str | None = None) -> Response:
    """The public figures of all areas as a table, unrounded. What is hidden has no row."""
    _choose(tag)
    public = _public(wave_id)
    response = _kept(export_estimates(public.results, page_language()), "text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{public.release.wave}-results.csv"'
    return response


def show_chart(wave_id: str, tag: str | None = None) -> Response:
    """The chart of the whole as a picture that other sites may frame: the only address that allows it."""
    _choose(tag)
    response = _kept(_standing_alone(_public(wave_id)).svg, "image/svg+xml")
    response.headers["Content-Security-Policy"] = _FRAMED.format(style_hash())
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _found(wave_id: str) -> ReleasedWave:
    found = find_release(services().storage, wave_id)
    if found is None:
        abort(404)
    return found


def _public(wave_id: str) -> PublicResults:
    found = _found(wave_id)
    if not found.release.public:
        abort(410)
    return _shown(services().storage, found)


def _standing_alone(public: PublicResults) -> StandaloneChart:
    """The chart of the whole, in the language of the page."""
    results = public.results
    chart = chart_of_indicators(results, results.areas[0] if results.areas else None)
    return standalone_chart(chart, in_page_language(results.wave.name), in_page_language(results.wave.organiser.name))


@lru_cache(maxsize=8)
def _shown(storage: Storage, found: ReleasedWave) -> PublicResults:
    """An edition never changes, and a withdrawn one is another key: reading it once is enough."""
    return show_release(storage, found)


def _area(public: PublicResults, code: str | None) -> Area | None:
    """The area of the address if any of its figures may be shown; without one the whole."""
    areas = public.results.areas
    if code is None:
        return areas[0] if areas else None
    found = next((area for area in areas if area.code == code), None)
    if found is None:
        abort(404)
    return found


def _by_street(public: PublicResults) -> list[tuple[Area, list[Area]]]:
    """Every street that is shown, with its communities that are shown."""
    areas = public.results.areas
    streets = [area for area in areas if area.level is AreaLevel.STREET]
    return [(street, [area for area in areas if area.parent == street.code]) for street in streets]


def _choose(tag: str | None) -> None:
    if tag:
        use_language(negotiate([tag]))


def _kept(content: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> Response:
    """An answer for caches: five minutes fresh, then asked again by its tag (weak, because it may be compressed)."""
    response = Response(content, status=status, content_type=kind)
    response.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    if request.view_args is not None and "tag" not in request.view_args:
        response.headers.add("Vary", "Accept-Language")
    if status != 200:
        return response
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
