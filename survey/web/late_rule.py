"""A route that writes the program which builds its addresses when the first one is built.

Werkzeug writes two for every route when it is added: four fifths of the time in which the application, each of its
commands and each test of a page starts, for programs of which a process uses a handful.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """Matches and builds like Werkzeug's own."""

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        compile_now = super()._compile_builder
        compiled: list[Build] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build
