"""A QR code as an SVG picture; black on white in light and dark, sharp at every size."""

from markupsafe import Markup, escape

from survey.exchange.print.qr_code import QUIET_ZONE, dark_runs, qr_modules


def qr_svg(text: str, title: str) -> Markup:
    """The picture of `text`; `title` is read aloud."""
    modules = qr_modules(text)
    size = len(modules) + 2 * QUIET_ZONE
    path = "".join(
        f"M{column + QUIET_ZONE},{row + QUIET_ZONE}h{length}v1h-{length}z" for row, column, length in dark_runs(modules)
    )
    return Markup(  # noqa: S704 - made of numbers, the title is escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" shape-rendering="crispEdges">'
        f'<title>{escape(title)}</title><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{path}" fill="#000"/></svg>'
    )
