"""Reads an HTML page and inspects what every page must keep: one h1, a title, labelled fields, nothing inline, nothing
from elsewhere.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "line"}
Attributes = dict[str, str]


@dataclass
class Element:
    """One element: its attributes, the text inside, and the elements it stands in."""

    tag: str
    attributes: Attributes
    inside: tuple["Element", ...]
    text: str = ""


@dataclass
class WebPage:
    """All elements of a page, in order."""

    elements: list[Element] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"expected one <{tag} {attributes}>, found {len(found)}"
        return found[0]

    @property
    def text(self) -> str:
        return self.one("body").text

    @property
    def title(self) -> str:
        """The page's own title; pictures in it have titles too."""
        [title] = [e for e in self.all("title") if all(parent.tag != "svg" for parent in e.inside)]
        return title.text

    @property
    def heading(self) -> str:
        return " ".join(self.one("h1").text.split())

    def values(self, name: str) -> list[str]:
        """What is chosen or typed in the fields of that name."""
        chosen = [e.attributes["value"] for e in self.all("input", name=name, checked="")]
        typed = [
            e.attributes.get("value", "")
            for e in self.all("input", name=name)
            if e.attributes.get("type", "text") in {"text", "hidden"}
        ]
        written = [e.text.removeprefix("\n") for e in self.all("textarea", name=name)]
        options = [
            e.attributes["value"]
            for e in self.all("option", selected="")
            if any(parent.attributes.get("name") == name for parent in e.inside)
        ]
        return chosen + typed + written + options


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = WebPage()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.page.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> found where </{self._open[-1].tag}> was expected"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


def read_page(html: str) -> WebPage:
    """The page; fails on tags that are not closed in order."""
    reader = _Reader()
    reader.feed(html)
    assert not reader._open, f"not closed: {[element.tag for element in reader._open]}"
    return reader.page


def inspect(html: str) -> WebPage:
    """The page, after the checks that hold for every page."""
    assert html.startswith("<!doctype html>"), "something stands before the doctype"
    page = read_page(html)
    assert page.one("html").attributes.get("lang") in {"zh-Hans", "zh-Hant", "en", "ug"}
    assert page.title.strip(), "the page has no title"
    assert page.heading, "the page has no heading"
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids)), f"an id stands twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    _nothing_inline(page)
    _nothing_from_elsewhere(page)
    _every_field_has_a_label(page, set(ids))
    return page


def _nothing_inline(page: WebPage) -> None:
    assert not page.all("style"), "inline style"
    for element in page.elements:
        assert element.tag != "script" or element.attributes.get("src"), "inline script"
        bad = [name for name in element.attributes if name == "style" or name.startswith("on")]
        assert not bad, f"<{element.tag}> has {bad}"


def _nothing_from_elsewhere(page: WebPage) -> None:
    for element in page.elements:
        for name in ("href", "src", "action", "formaction"):
            address = element.attributes.get(name, "")
            assert not address.startswith(("http:", "https:", "//", "data:", "javascript:")), f"{name}={address}"


def _every_field_has_a_label(page: WebPage, ids: set[str]) -> None:
    labelled = {e.attributes.get("for") for e in page.all("label")}
    for element in page.elements:
        described = element.attributes.get("aria-describedby", "").split()
        assert set(described) <= ids, f"aria-describedby names {set(described) - ids}"
        if element.tag not in {"input", "select", "textarea"} or element.attributes.get("type") in {"hidden", "submit"}:
            continue
        inside_label = any(parent.tag == "label" for parent in element.inside)
        assert inside_label or element.attributes.get("id") in labelled, f"no label for {element.attributes}"
