"""Runs axe-core on a page, with the rules of WCAG 2.2 AA and the best practices."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of what axe-core found only what is wrong crosses over: the list of all that is right is many times the page.
_RUN = """async ([context, options]) => {
    const { violations } = await axe.run(context ?? document, { ...options, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]);
}"""
# One text of each colour, size, weight and background behind it. Measuring contrast is four fifths of axe-core's work,
# and the thousand cells of a table have three looks.
_ONE_OF_EACH_LOOK = """() => {
    const looks = new Map();
    const says = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        || element.matches("input, select, textarea");
    for (const element of document.body.querySelectorAll("*")) {
        if (!says(element) || !element.checkVisibility()) continue;
        const { color, fill, fontSize, fontWeight, textShadow } = getComputedStyle(element);
        const behind = [];
        for (let one = element; one; one = one.parentElement) {
            const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(one);
            behind.push(backgroundColor, backgroundImage, opacity, position);
        }
        looks.set([element.localName, color, fill, fontSize, fontWeight, textShadow, ...behind].join("|"), element);
    }
    return { include: [...looks.values()] };
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong: rule, and the elements it concerns."""
    _inject(page)
    others = {"runOnly": _RULES, "rules": {"color-contrast": {"enabled": False}}}
    return _told(page.evaluate(_RUN, [None, others])) + contrast_violations(page)


def contrast_violations(page: Page) -> list[str]:
    """What is hard to read: the one rule that other colours can break. Texts that look alike are judged once."""
    _inject(page)
    looks = page.evaluate_handle(_ONE_OF_EACH_LOOK)
    return _told(page.evaluate(_RUN, [looks, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}]))


def _inject(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)


def _told(found: list[tuple[str, list[object]]]) -> list[str]:
    return [f"{rule}: {targets[:5]}" for rule, targets in found]
