"""What an XLSForm says and our questionnaires do not keep, in the language of the page."""

import re

from survey.exchange.xlsform.not_kept import Loss, NotKept
from survey.web.i18n import gettext

_PLACE = re.compile(r"sheet (?P<sheet>\w+), row (?P<row>\d+)(?:, column (?P<column>.+))?")


def in_words(lost: NotKept) -> str:
    """One sentence: what is lost or changed, and what becomes of it."""
    values = {"found": lost.found, "instead": lost.instead}
    sentences = {
        Loss.QUESTION_TYPE: gettext("没有 %(found)s 这种题型，这一行不要了。", **values),
        Loss.METADATA: gettext("%(found)s 不要了：时间和设备由服务器自己记。", **values),
        Loss.REPEAT: gettext("重复组 %(found)s 连同里面的题都不要了。", **values),
        Loss.COLUMN: gettext("这一格不要了：%(found)s", **values),
        Loss.SETTING: gettext("这项设置不要了：%(found)s", **values),
        Loss.CONDITION: gettext("条件 %(found)s 看不懂，不要了（%(instead)s）；这道题会问每一个人。", **values),
        Loss.REQUIRED: gettext("必答条件 %(found)s 不要了：只认是和否。", **values),
        Loss.HEADING: gettext("标题 %(found)s 不要了：组里不能再有组。", **values),
        Loss.PIPING: gettext("%(found)s 换成了省略号：题目里不引用回答。", **values),
        Loss.LANGUAGE: gettext("语言 %(found)s 认不出，不要了。", **values),
        Loss.INCOMPLETE: gettext("语言 %(found)s 不全，先不提供；缺：%(instead)s", **values),
        Loss.BORROWED: gettext("没有中文，先放 %(found)s，请翻译。", **values),
        Loss.RENAMED: gettext("名称 %(found)s 改为 %(instead)s。", **values),
        Loss.RECODED: gettext("代码 %(found)s 改为 %(instead)s。", **values),
    }
    return sentences[lost.loss]


def place_in_words(where: str) -> str:
    """`sheet survey, row 7, column relevant` as people say it."""
    match = _PLACE.fullmatch(where)
    if match is None:
        return where
    row = gettext("%(sheet)s 表第 %(row)s 行", sheet=match["sheet"], row=match["row"])
    return f"{row} {match['column']}" if match["column"] else row
