"""The measure itself: what judges the pages finds what is wrong on one."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.accessibility import violations

PAGE = """<!doctype html><html lang="zh"><title>表</title>
<style>.faint { color: #bbb } .dark { background: #333 }</style>
<main><h1>一张表</h1><table>{rows}</table></main></html>"""


def test_one_faint_cell_and_one_on_a_dark_ground_are_found_among_many_alike(open_page: Callable[..., Page]) -> None:
    looks = {41: "faint", 47: "dark"}
    rows = "".join(f'<tr class="{looks.get(k, "")}"><td>数 {k}</td></tr>' for k in range(60))
    page = open_page()
    page.set_content(PAGE.replace("{rows}", rows))
    assert violations(page) == ["color-contrast: [['.faint > td'], ['.dark > td']]"]
    page.set_content(PAGE.replace("{rows}", rows).replace("class", "title"))
    assert violations(page) == []


def test_a_field_without_a_name_is_found(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_content(PAGE.replace("{rows}", "<tr><td><input></td></tr>"))
    assert [wrong.partition(":")[0] for wrong in violations(page)] == ["label"]
