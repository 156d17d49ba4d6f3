"""The office keeps cycles on pages: added with every fault told, changed with a reason, scored with what is missing."""

from tests.web.staff.conftest import Visit

FIELDS = {
    "id": "cycle-2026",
    "name": "2026—2028 周期",
    "first": "2026",
    "weights": "15/25/60",
    "score": "survey:SCORE",
    "population": "residents",
}


def test_a_cycle_is_added_looked_at_changed_with_a_reason_and_found(visit: Visit) -> None:
    office = visit("office@chunhe.example")
    assert "还没有登记周期。" in office.get("/staff/cycles/").text
    form = office.get("/staff/cycles/new")
    told = office.send("/staff/cycles/new", form, 422, **FIELDS | {"weights": "15/25/50"})
    assert "各年的百分数加起来要正好是 100。" in told.text
    assert told.all("input", name="weights")[0].attributes["value"] == "15/25/50", "what was typed is kept"
    page = office.send("/staff/cycles/new", form, **FIELDS)
    assert "15% × 2026 ＋ 25% × 2027 ＋ 60% × 2028" in page.text
    assert "还没有总分" in page.text and "2028：这一年没有调查" in page.text
    address = "/staff/cycles/cycle-2026/change"
    form = office.get(address)
    changed = {name: value for name, value in FIELDS.items() if name != "id"} | {"weights": "20/30/50", "edition": "1"}
    assert "请写明更改的原因。" in office.send(address, form, 422, **changed).text
    page = office.send(address, form, **changed | {"reason": "新方案"})
    assert "20% × 2026" in page.text and "新方案" in page.text and "2026 15%" in page.text
    stale = office.send(address, form, 422, **changed | {"name": "别的", "reason": "晚了"})
    assert "别人刚刚改过这个周期" in stale.text
    assert "cycle-2026" in office.get("/staff/cycles/?q=2027").text
    assert "没有符合条件的。" in office.get("/staff/cycles/?q=1999").text
    office.get("/staff/cycles/unknown", 404)


def test_an_analyst_reads_cycles_and_changes_none(visit: Visit) -> None:
    analyst = visit("analyst@chunhe.example")
    assert "登记一个周期" not in analyst.get("/staff/cycles/").text
    analyst.get("/staff/cycles/new", 403)
