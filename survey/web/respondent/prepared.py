"""Pages that are the same for everyone who has this wave, language and size: rendered once, then only filled."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from flask import Response, current_app, request

from survey.programme.area import AreaTree
from survey.web.prepared_page import PreparedPage

_NAME = "minyi.prepared"
_MOST = 300
_COMPRESSED = [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]


def prepared(key: Hashable, areas: AreaTree, render: Callable[[], PreparedPage]) -> PreparedPage:
    """The page kept under `key`; made anew when the area tree it shows is another one."""
    pages: dict[Any, tuple[AreaTree, PreparedPage]] = current_app.extensions.setdefault(_NAME, {})
    kept = pages.get(key)
    if kept is not None and kept[0] is areas:
        return kept[1]
    page = render()
    if len(pages) >= _MOST:
        pages.clear()
    pages[key] = (areas, page)
    return page


def send_prepared(page: PreparedPage, values: Mapping[str, str]) -> Response:
    if not request.accept_encodings["gzip"]:
        return Response(page.fill(values), mimetype="text/html", headers=[("Vary", "Accept-Encoding")])
    return Response(page.fill_compressed(values), mimetype="text/html", headers=_COMPRESSED)
