"""The form of one item: what was posted becomes the keys of the item; what the form does not show stays as it was."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from survey.instrument.choice import CODE_PATTERN
from survey.instrument.drafting.draft import Keys, items_of
from survey.instrument.item import NAME_PATTERN, ItemType
from survey.web.i18n import gettext
from survey.web.office.drafting.condition_picker import ALL, CHOSEN, ROWS, Picked, condition_of, picked_from

_SELECTS = {ItemType.SELECT_ONE, ItemType.SELECT_MULTIPLE}
_EMPTY_ROWS = 3
_MOST_CHOICES = 40
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class ChoiceRow:
    """One row of the table of choices, as typed."""

    code: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    polarity: str = ""
    coefficient: str = ""
    exclusive: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.code and not any(self.labels.values())


@dataclass(frozen=True)
class ItemForm:
    """What the page of an item shows."""

    name: str
    kind: str
    scale: str
    labels: Mapping[str, str]
    hints: Mapping[str, str]
    required: bool
    purpose: str
    indicator: str
    maximum_choices: str
    maximum_length: str
    multiline: bool
    constraint: str
    picked: Picked
    choices: Sequence[ChoiceRow]

    def padded(self) -> list[ChoiceRow]:
        """The choices and some empty rows to go on with."""
        return [*self.choices, *[ChoiceRow()] * (_EMPTY_ROWS if self.choices else 2 * _EMPTY_ROWS)]


def form_of(item: Keys) -> ItemForm:
    """The form of an item as it stands in the draft."""
    kind, _, scale = str(item["type"]).partition(" ")
    return ItemForm(
        name=item["name"],
        kind=kind,
        scale=scale,
        labels=item.get("label", {}),
        hints=item.get("hint", {}),
        required=item.get("required") == "true",
        purpose=item.get("purpose", "none"),
        indicator=item.get("indicator", ""),
        maximum_choices=item.get("maximum_choices", ""),
        maximum_length=item.get("maximum_length", ""),
        multiline=item.get("appearance") == "multiline",
        constraint=item.get("constraint", ""),
        picked=picked_from(item.get("relevant", "")),
        choices=[
            ChoiceRow(
                choice["name"],
                choice["label"],
                choice.get("polarity", ""),
                choice.get("coefficient", ""),
                choice.get("exclusive") == "true",
            )
            for choice in item.get("choices", [])
        ],
    )


def form_from(posted: "MultiDict[str, str]", languages: Sequence[str]) -> ItemForm:
    """The form as it was sent."""

    def text(name: str) -> str:
        return posted.get(name, "").strip()

    def texts(name: str) -> dict[str, str]:
        return {tag: found for tag in languages if (found := text(f"{name}_{tag}"))}

    rows = [
        ChoiceRow(
            text(f"c{n}_code"),
            texts(f"c{n}_label"),
            text(f"c{n}_polarity"),
            text(f"c{n}_coefficient"),
            text(f"c{n}_exclusive") == "yes",
        )
        for n in range(_MOST_CHOICES)
    ]
    picked = [(text(f"how{n}") or CHOSEN, text(f"what{n}")) for n in range(ROWS)]
    return ItemForm(
        name=text("name"),
        kind=text("kind"),
        scale=text("scale"),
        labels=texts("label"),
        hints=texts("hint"),
        required=text("required") == "yes",
        purpose=text("purpose"),
        indicator=text("indicator"),
        maximum_choices=text("maximum_choices"),
        maximum_length=text("maximum_length"),
        multiline=text("multiline") == "yes",
        constraint=text("constraint"),
        picked=Picked(text("join") or ALL, [row for row in picked if row[1]], text("relevant")),
        choices=[row for row in rows if not row.is_empty],
    )


def problems_of(form: ItemForm, draft: Keys, before: str) -> list[str]:
    """What has to be corrected before the item can be kept; `before` is the name that it has now, or empty."""
    problems = []
    if "zh-Hans" not in form.labels:
        problems.append(gettext("请写题目（中文）。"))
    if not NAME_PATTERN.fullmatch(form.name):
        problems.append(gettext("代号用小写字母开头，只含小写字母、数字和下划线，最多 32 个字符。"))
    elif form.name != before and form.name in _taken(draft):
        problems.append(gettext("代号 %(name)s 已经用过了。", name=form.name))
    if form.kind not in set(ItemType):
        problems.append(gettext("请选择题型。"))
    problems += _problems_of_choices(form)
    for number in (form.maximum_choices, form.maximum_length):
        if number and not _NUMBER.fullmatch(number):
            problems.append(gettext("数目应为 1 到 9999 的整数，实为 %(found)s。", found=number))
    return problems + _problems_of_conditions(form)


def keys_of(form: ItemForm, draft: Keys, before: Keys) -> Keys:
    """The keys of the item; those that the form does not show are taken over from `before`."""
    kind = ItemType(form.kind)
    types = {item["name"]: item["type"] for item in items_of(draft)}
    several = kind is ItemType.SELECT_MULTIPLE
    appearance = before.get("appearance", "")
    if kind is ItemType.TEXT:
        appearance = "multiline" if form.multiline else ""
    keys: Keys = {
        "type": f"{kind} {form.scale}" if form.scale and kind in _SELECTS else str(kind),
        "name": form.name,
        "purpose": "" if form.purpose == "none" else form.purpose,
        "indicator": form.indicator,
        "label": dict(form.labels),
        "hint": dict(form.hints),
        "required": "true" if form.required and kind is not ItemType.NOTE else "",
        "relevant": condition_of(form.picked, types),
        "constraint": form.constraint,
        "constraint_message": before.get("constraint_message", {}) if form.constraint else {},
        "choices": [_choice(row) for row in form.choices] if kind in _SELECTS else [],
        "appearance": appearance,
        "maximum_choices": form.maximum_choices if several else "",
        "maximum_length": form.maximum_length if kind is ItemType.TEXT else "",
        "minimum_age": before.get("minimum_age", {}),
    }
    return {key: value for key, value in keys.items() if value}


def _taken(draft: Keys) -> set[str]:
    return {part["name"] for part in (*items_of(draft), *draft["sections"])}


def _problems_of_choices(form: ItemForm) -> list[str]:
    if form.kind not in _SELECTS:
        return []
    problems = []
    if not form.choices and not form.scale:
        problems.append(gettext("请写选项，或选一个量表。"))
    for row in form.choices:
        if not CODE_PATTERN.fullmatch(row.code):
            problems.append(gettext("选项代码应为一到三位数字，实为“%(found)s”。", found=row.code))
        if "zh-Hans" not in row.labels:
            problems.append(gettext("选项 %(code)s 没有中文文字。", code=row.code))
        if row.coefficient and not re.fullmatch(r"100|[0-9]{1,2}(\.[0-9]+)?", row.coefficient):
            problems.append(gettext("选项 %(code)s 的系数应为 0 到 100 的数。", code=row.code))
    codes = [row.code for row in form.choices]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        problems.append(gettext("选项代码 %(code)s 用了两次。", code=code))
    return problems


def _problems_of_conditions(form: ItemForm) -> list[str]:
    from survey.instrument.parse import ConditionSyntaxError, parse_condition  # the grammar loads only here

    problems = []
    for written in filter(None, (form.picked.text, form.constraint)):
        try:
            parse_condition(written)
        except ConditionSyntaxError as error:
            words = gettext(
                "条件 %(text)s 第 %(n)s 个字符处看不懂：%(found)s。", text=written, n=error.position, found=error.found
            )
            problems.append(words)
    return problems


def _choice(row: ChoiceRow) -> Keys:
    keys: Keys = {
        "name": row.code,
        "label": dict(row.labels),
        "polarity": row.polarity,
        "coefficient": row.coefficient,
        "exclusive": "true" if row.exclusive else "",
    }
    return {key: value for key, value in keys.items() if value}
