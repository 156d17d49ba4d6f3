"""Writes XLSForm workbooks for tests, in whatever style the test is about."""

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

Table = Sequence[Sequence[object]]


def write_workbook(path: Path, **sheets: Table) -> Path:
    """A workbook with the sheets as they are given: the first row of each is its header."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


# Legal, and written as a foreign office might: other header spellings, mixed languages, names that are not ours.
ODD_SURVEY: Table = (
    ("Type", "Name", "label::English (en)", "Label::中文 (zh)", "label::Klingon", "Hint::English (en)",
     "Required", "relevance", "bind::constraint", "constraint_message::English (en)", "appearance", "calculate",
     "choice_filter", "guidance_hint", ""),
    ("start", "start"),
    ("deviceid", "device"),
    ("begin group", "Household-1", "Household", "家庭", "Ménage", "", "", "", "", "", "field-list"),
    ("integer", "HH_Size", "How many live here?", "您家有几口人？", "Combien ?", "Count children too.", "yes", "",
     ". > 0 and . < 30", "Between 1 and 29", "", "", "", "ask again if 0", "a remark beside the sheet"),
    ("calculate", "half", "", "", "", "", "", "", "", "", "", "${HH_Size} div 2"),
    ("begin_group", "inner", "Details", "详情", "", "", "", "${HH_Size} >= 2"),
    ("select one from yn or_other", "moved", "Did you move?", "您搬过家吗？", "", "", True, "", "", "", "minimal"),
    ("select all that apply from help", "help", "Who helped?", "谁帮过您？", "", "", "${HH_Size} > 4",
     "selected(${moved}, 'yes')", "count-selected(.) <= 2 and not(selected(., 'none') and count-selected(.) > 1)"),
    ("end group",),
    ("note", "thanks", "Thanks, ${HH_Size} people", "谢谢"),
    ("end_group",),
    ("begin repeat", "person", "Person", "成员"),
    ("begin group", "of_person", "x", "x"),
    ("text", "first_name", "Name", "姓名"),
    ("end group",),
    ("end repeat",),
    ("text", "why", "Why did you move?", "为什么搬家？", "", "", "", "selected(${moved}, 'yes') and ${moved} != 'no'",
     "string-length(.) <= 120"),
    ("text", "late", "Something else", "别的", "", "", "", "today() > '2026-01-01'"),
    ("text", "later", "Half of it", "一半", "", "", "", "${half} > 1"),
    ("geopoint", "where", "Where?", "哪里？"),
)  # fmt: skip
ODD_CHOICES: Table = (
    ("list_name", "list name", "value", "label::English (en)", "label::中文 (zh)", "image"),
    ("yn", "", "yes", "Yes", "搬过", ""),
    ("", "yn", "no", "No", "没搬过", "house.png"),
    ("help", "", "family", "Family", "家人"),
    ("help", "", "7", "Neighbours", "邻居"),
    ("help", "", "none", "Nobody", "没有人"),
)
ODD_SETTINGS: Table = (
    ("form_title", "id_string", "version", "default_language", "style"),
    ("住户 survey", "Household Survey", "2026-05", "English (en)", "pages"),
)


def odd_workbook(path: Path) -> Path:
    return write_workbook(path, survey=ODD_SURVEY, choices=ODD_CHOICES, settings=ODD_SETTINGS, remarks=(("x",),))
