"""Step 2: the form of a wave for ODK Collect: the visit first (dwelling, outcome, next date), then the questionnaire.

The visit and the answers travel in one record and are cut apart on arrival. Ids of both are made on the device.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from survey.exchange.xlsform.sheets import LANGUAGE_COLUMNS, OWN, Row, XlsForm, in_columns, sheets_of
from survey.fieldwork.disposition import Disposition
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Questionnaire, Section
from survey.instrument.text import LANGUAGES, Text
from survey.invitation.invitation import PlaceType
from survey.programme.recording_plan import RecordingKind, RecordingPlan
from survey.programme.wave import Wave

CASE_FILE = "cases.csv"
CASE_COLUMNS = ("name", "label", "area")
VISIT, INTERVIEW = "visit_part", "answer_part"
START, END, VISIT_ID, CASE, OUTCOME, ELIGIBLE, AGAIN, NOTE = (
    "visit_start",
    "visit_end",
    "visit_id",
    "visit_case",
    "visit_outcome",
    "visit_eligible",
    "visit_again",
    "visit_note",
)
CONSENT = "visit_consent"
LANGUAGE = "visit_language"
RECORDED = {kind: f"visit_{kind.value}" for kind in RecordingKind}
_ABOUT = "about_survey"
_BIRTHDAY = "visit_birthday"
RESERVED = frozenset(
    {VISIT, INTERVIEW, START, END, VISIT_ID, CASE, OUTCOME, ELIGIBLE, AGAIN, NOTE, _ABOUT, _BIRTHDAY, "meta"}
    | {CONSENT, LANGUAGE, *RECORDED.values()}
)

# What a worker notes down; the heads of the groups ("other non-contact" …) are for the office.
OUTCOMES = (
    Disposition.COMPLETE,
    Disposition.PARTIAL,
    Disposition.NO_ONE_HOME,
    Disposition.AWAY,
    Disposition.NO_ENTRY,
    Disposition.HOUSEHOLD_REFUSAL,
    Disposition.RESPONDENT_REFUSAL,
    Disposition.BREAK_OFF,
    Disposition.UNABLE,
    Disposition.LANGUAGE,
    Disposition.DEAD,
    Disposition.OTHER,
    Disposition.NO_ELIGIBLE,
    Disposition.VACANT,
    Disposition.NOT_A_DWELLING,
    Disposition.NOT_FOUND,
    Disposition.UNREACHABLE,
)
MOST_ELIGIBLE = 30
INTERVIEWED = (Disposition.COMPLETE, Disposition.PARTIAL)

_WORDS = {
    VISIT: Text("上门情况", "The visit", "上門情況"),
    INTERVIEW: Text("问卷", "The questionnaire", "問卷"),
    CASE: Text("哪一户？", "Which dwelling?", "哪一戶？"),
    OUTCOME: Text("这次上门的结果", "What became of this visit", "這次上門的結果"),
    ELIGIBLE: Text(
        "这户有几位够年龄的常住居民？",
        "How many residents of the age asked for live here?",
        "這戶有幾位夠年齡的常住居民？",
    ),
    _BIRTHDAY: Text(
        "请访问其中下一个过生日的那一位，不要换人。",
        "Interview the one whose birthday comes next, and nobody else.",
        "請訪問其中下一個過生日的那一位，不要換人。",
    ),
    LANGUAGE: Text(
        "用哪种语言访问？（在菜单里把表单也换成这种语言）",
        "In which language is the interview? (choose it for the form in the menu too)",
        "用哪種語言訪問？（在選單裡把表單也換成這種語言）",
    ),
    AGAIN: Text(
        "约定的下次时间（没有约定可不填）", "When to come again, if agreed", "約定的下次時間（沒有約定可不填）"
    ),
    NOTE: Text(
        "备注（不要写姓名、电话和回答）", "Note (no names, numbers or answers)", "備註（不要寫姓名、電話和回答）"
    ),
}
_CONSENT = Text(
    "请念给住户听：这次调查还想请您同意记录下面的内容，可以都不同意，不影响访问。只有办公室和督导员能看，和回答没有联系。",
    "Read out: may we also record the following? You may refuse any of it; it changes nothing for you. Only the office "
    "and supervisors see it, and it is not linked to your answers.",
    "請念給住戶聽：這次調查還想請您同意記錄下面的內容，可以都不同意，不影響訪問。只有辦公室和督導員能看，和回答沒有聯繫。",
)
_AGREED = {
    RecordingKind.PHOTO: Text("同意拍一张照片", "I agree to one photograph", "同意拍一張照片"),
    RecordingKind.AUDIO: Text(
        "同意录下开场说明", "I agree to a sound recording of the introduction", "同意錄下開場說明"
    ),
}
_TAKE = {
    RecordingKind.POSITION: Text(
        "大致位置（到办公室即取整）", "Rough position (rounded on arrival)", "大致位置（到辦公室即取整）"
    ),
    RecordingKind.PHOTO: Text(
        "拍一张照片（不拍人、证件和门牌号）",
        "One photograph (no people, papers or house numbers)",
        "拍一張照片（不拍人、證件和門牌號）",
    ),
    RecordingKind.AUDIO: Text(
        "录开场说明，第一题之前停",
        "Record the introduction; stop before the first question",
        "錄開場說明，第一題之前停",
    ),
}
_RECORDERS: dict[RecordingKind, Row] = {
    RecordingKind.POSITION: {"type": "geopoint"},
    RecordingKind.PHOTO: {"type": "image", "parameters": "max-pixels=1280"},
    RecordingKind.AUDIO: {"type": "audio", "parameters": "quality=voice-only"},
}
_LATER = Text("请选一个以后的时间。", "Choose a time to come.", "請選一個以後的時間。")
_MANY = Text(
    "选项太多，或“以上都没有”这类选项和别的一起选了。",
    "Too many choices, or “none of these” beside others.",
    "選項太多，或「以上都沒有」這類選項和別的一起選了。",
)
_LONG = Text("文字太长。", "The text is too long.", "文字太長。")
_INTERVIEWED = " or ".join(f"${{{OUTCOME}}} = '{one.value}'" for one in INTERVIEWED)
_OF_CASE = f"instance('cases')/root/item[name = ${{{CASE}}}]"


class ReservedNameError(ValueError):
    """An item of the questionnaire has a name that the visit needs."""


def collect_sheets(wave: Wave, questionnaire: Questionnaire) -> XlsForm:
    """The sheets of the wave's form; its id is the wave's, its version the questionnaire's.

    Raises `ReservedNameError` when an item's name is one of `RESERVED`.
    """
    taken = sorted(RESERVED & ({item.name for item in questionnaire.items} | {s.name for s in questionnaire.sections}))
    if taken:
        raise ReservedNameError(f"questionnaire {questionnaire.name}: expected other names than {', '.join(taken)}")
    languages = tuple(dict.fromkeys((*LANGUAGES, *questionnaire.languages)))
    whole = replace(questionnaire, languages=languages, sections=tuple(_limited(questionnaire)))
    sheets = sheets_of(whole)
    survey = (*_head(wave), *_visit(wave, languages), *_interview(sheets, whole))
    choices = tuple(_plain(row) for row in sheets.choices if row["list_name"] not in _context(whole))
    settings = {
        "form_title": wave.name.zh_hans,
        "form_id": wave.id,
        "version": str(questionnaire.version),
        "default_language": LANGUAGE_COLUMNS["zh-Hans"],
        "instance_name": f"{_OF_CASE}/label",
    }
    outcomes = tuple(
        {"list_name": OUTCOME, "name": one.value, **in_columns("label", one.words, LANGUAGES)} for one in OUTCOMES
    )
    asked = tuple(
        {"list_name": CONSENT, "name": kind.value, **in_columns("label", _agreed(kind, wave.recording), LANGUAGES)}
        for kind in wave.recording.kinds
    )
    spoken = tuple(
        {"list_name": LANGUAGE, "name": tag, **in_columns("label", Text(name, name, name), LANGUAGES)}
        for tag, name in _names_of(languages)
    )
    return XlsForm(survey, (*outcomes, *spoken, *asked, *choices), settings)


def _limited(questionnaire: Questionnaire) -> Iterator[Section]:
    """The sections with every limit that the server checks written out, so that the device says it at the door."""
    for section in questionnaire.sections:
        yield replace(section, items=tuple(_with_limits(item) for item in section.items))


def _with_limits(item: Item) -> Item:
    if item.type is ItemType.TEXT:
        return replace(item, maximum_length=item.length_limit, constraint_message=item.constraint_message or _LONG)
    if item.type is ItemType.SELECT_MULTIPLE and (item.maximum_choices or item.exclusive_codes):
        return replace(item, constraint_message=item.constraint_message or _MANY)
    return item


def _head(wave: Wave) -> Iterator[Row]:
    """Who asks, and the five fields of the statistics law, at the top of every form."""
    header, organiser = wave.header, wave.organiser
    law = (
        f"表号：{header.form_number}　制定机关：{header.authority}　批准机关：{header.approved_by}　"
        f"批准文号：{header.approval_number}　有效期至：{header.valid_until}"
    )
    english = (
        f"Form {header.form_number}, issued by {header.authority}, approved by {header.approved_by}, "
        f"approval number {header.approval_number}, valid until {header.valid_until}"
    )
    about = Text(
        f"{organiser.name.zh_hans}　核实电话：{organiser.phone}\n{law}",
        f"{organiser.name.in_language('en')}, telephone to check with: {organiser.phone}\n{english}",
        f"{organiser.name.in_language('zh-Hant')}　核實電話：{organiser.phone}\n{law}",
    )
    yield {"type": "start", "name": START}
    yield {"type": "end", "name": END}
    yield {"type": "note", "name": _ABOUT, **in_columns("label", about, LANGUAGES)}


def _visit(wave: Wave, languages: Sequence[str]) -> Iterator[Row]:
    again = " or ".join(f"${{{OUTCOME}}} = '{one.value}'" for one in OUTCOMES if one.value.startswith("22"))
    yield {"type": "begin_group", "name": VISIT, **_label(VISIT)}
    yield {"type": "calculate", "name": VISIT_ID, "calculation": "once(uuid())"}
    case = {"type": f"select_one_from_file {CASE_FILE}", "name": CASE, "required": "yes", "appearance": "autocomplete"}
    yield case | _label(CASE)
    yield {"type": f"select_one {OUTCOME}", "name": OUTCOME, "required": "yes", **_label(OUTCOME)}
    persons = {"relevant": _INTERVIEWED, "required": "yes", "constraint": f". >= 1 and . <= {MOST_ELIGIBLE}"}
    yield {"type": "integer", "name": ELIGIBLE, **persons, **_label(ELIGIBLE)}
    yield {"type": "note", "name": _BIRTHDAY, "relevant": f"${{{ELIGIBLE}}} > 1", **_label(_BIRTHDAY)}
    # Collect does not tell in which language a form was shown; whoever chose it in the menu says so here.
    spoken = {"relevant": _INTERVIEWED, "default": languages[0]}
    yield {"type": f"select_one {LANGUAGE}", "name": LANGUAGE, **spoken, **_label(LANGUAGE)}
    yield from _recordings(wave)
    later = {"constraint": ". > now()", **in_columns("constraint_message", _LATER, LANGUAGES)}
    yield {"type": "dateTime", "name": AGAIN, "relevant": again, **later, **_label(AGAIN)}
    yield {"type": "text", "name": NOTE, "constraint": "string-length(.) <= 300", **_label(NOTE)}
    yield {"type": "end_group", "name": VISIT}


def _recordings(wave: Wave) -> Iterator[Row]:
    """What the wave asks for, each only where the resident agreed; before the questionnaire, so no answer is heard."""
    plan = wave.recording
    if not plan.kinds:
        return
    consent = Text(
        f"{_CONSENT.zh_hans}{plan.keep_days} 天后删除，收回同意请打 {wave.organiser.phone}。",
        f"{_CONSENT.en} Deleted after {plan.keep_days} days; to take consent back, call {wave.organiser.phone}.",
        f"{_CONSENT.zh_hant}{plan.keep_days} 天後刪除，收回同意請打 {wave.organiser.phone}。",
    )
    asked = in_columns("label", consent, LANGUAGES)
    yield {"type": f"select_multiple {CONSENT}", "name": CONSENT, "relevant": _INTERVIEWED, **asked}
    for kind in plan.kinds:
        relevant = {"relevant": f"selected(${{{CONSENT}}}, '{kind.value}')"}
        yield _RECORDERS[kind] | relevant | {"name": RECORDED[kind], **in_columns("label", _TAKE[kind], LANGUAGES)}


def _agreed(kind: RecordingKind, plan: RecordingPlan) -> Text:
    if kind is not RecordingKind.POSITION:
        return _AGREED[kind]
    metres = plan.position_metres
    return Text(
        f"同意记录大致位置（约 {metres} 米见方）",
        f"I agree to the rough position (about {metres} m)",
        f"同意記錄大致位置（約 {metres} 米見方）",
    )


def _interview(sheets: XlsForm, questionnaire: Questionnaire) -> Iterator[Row]:
    """The questionnaire, asked only where somebody was interviewed; what the dwelling tells is not asked."""
    areas = {item.name for item in questionnaire.items if item.type is ItemType.AREA}
    context = _context(questionnaire)
    yield {"type": "begin_group", "name": INTERVIEW, "relevant": _INTERVIEWED, **_label(INTERVIEW)}
    for row in sheets.survey:
        if row["name"] in context:
            yield {"type": "calculate", "name": row["name"], "calculation": f"'{PlaceType.HOME.value}'"}
        elif row["name"] in areas:
            relevant = {"relevant": row["relevant"]} if "relevant" in row else {}
            yield {"type": "calculate", "name": row["name"], "calculation": f"{_OF_CASE}/area", **relevant}
        else:
            yield _plain(row)
    yield {"type": "end_group", "name": INTERVIEW}


def _context(questionnaire: Questionnaire) -> set[str]:
    return {value.name for value in questionnaire.context}


def _names_of(languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each language under the name that it has for itself."""
    from babel import Locale, UnknownLocaleError

    for tag in languages:
        try:
            yield tag, Locale.parse(tag, sep="-").get_display_name() or tag
        except (UnknownLocaleError, ValueError):
            yield tag, tag


def _label(name: str) -> Row:
    return in_columns("label", _WORDS[name], LANGUAGES)


def _plain(row: Row) -> Row:
    """Without our own columns: a device has no use for polarity and purpose."""
    return {column: cell for column, cell in row.items() if not column.startswith(OWN)}
