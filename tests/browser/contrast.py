"""Measures how much every text on a page stands out from what is behind it, from the computed styles."""

from playwright.sync_api import Page

# WCAG 2.2: relative luminance and contrast ratio. Half transparent colours are laid over what is behind them.
_FAINT = r"""least => {
    const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const parse = text => {
        if (!/^rgba?\(/.test(text)) throw new Error(`a colour that is no rgb(): ${text}`);
        const [r, g, b, alpha = 1] = text.match(/[\d.]+/g).map(Number);
        return [r, g, b, alpha];
    };
    const over = ([r, g, b, alpha], behind) => [r, g, b].map((one, place) => one * alpha + behind[place] * (1 - alpha));
    const lineage = element => element ? [...lineage(element.parentElement), element] : [];
    const saysSomething = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        || element.matches("select, textarea, input:not([type=radio], [type=checkbox], [type=hidden])");
    const seen = element => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".sr");
    const faint = new Set();
    let measured = 0;
    for (const element of [...document.body.querySelectorAll("*")].filter(one => saysSomething(one) && seen(one))) {
        const styles = lineage(element).map(one => getComputedStyle(one));
        const behind = styles.reduce((below, style) => over(parse(style.backgroundColor), below), [255, 255, 255]);
        const [r, g, b, alpha] = parse(styles.at(-1).color);
        const opacity = styles.reduce((product, style) => product * Number(style.opacity), alpha);
        const [light, dark] = [over([r, g, b, opacity], behind), behind].map(luminance).sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dark + 0.05);
        measured += 1;
        if (ratio < least) faint.add(`${ratio.toFixed(2)} ${element.tagName}.${element.className}`);
    }
    if (!measured) throw new Error("no text to measure");
    return [...faint];
}"""


def faint_texts(page: Page, least: float) -> list[str]:
    """The visible texts whose contrast is below `least`: ratio, element, classes. Raises where there is no text."""
    found: list[str] = page.evaluate(_FAINT, least)
    return found
