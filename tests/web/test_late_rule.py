"""Routes that compile late build the addresses that Werkzeug's own build, and compile nothing before."""

import pytest
from werkzeug.routing import Map, Rule

from survey.web.late_rule import LateRule

ROUTES = {"home": "/", "item": "/a/<sealed>/ask/<name>", "page": "/results/<int:number>/", "file": "/files/<path:name>"}
WANTED = (
    ("home", {}),
    ("home", {"next": "/a b", "n": 1}),
    ("item", {"sealed": "x y", "name": "路灯", "note": "masked"}),
    ("page", {"number": 7}),
    ("file", {"name": "a/b c.pdf", "day": ["1", "2"]}),
)


def addresses(kind: type[Rule]) -> list[str]:
    built = Map([kind(route, endpoint=name) for name, route in ROUTES.items()]).bind("minyi.example")
    return [built.build(name, values) for name, values in WANTED for _ in range(2)]


def test_addresses_are_those_of_werkzeug_itself() -> None:
    assert addresses(LateRule) == addresses(Rule)


def test_nothing_is_compiled_before_an_address_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_now = Rule._compile_builder

    def note(rule: Rule, append_unknown: bool = True) -> object:
        compiled.append(rule.rule)
        return compile_now(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", note)
    site = Map([LateRule(route, endpoint=name) for name, route in ROUTES.items()]).bind("minyi.example")
    assert site.match("/results/7/") == ("page", {"number": 7})
    assert compiled == []
    assert [site.build("page", {"number": 7}) for _ in range(3)] == ["/results/7/"] * 3
    assert compiled == ["/results/<int:number>/"]
