"""Tables as LimeSurvey exports them: headings as codes, as full texts, or both; answers as codes or in words."""

import re

from survey.exchange.imports.layout import Asked, Layout


def asked_in_limesurvey(column: str) -> Asked:
    """`a3[1]` is option 1 of a3; `a3[1]. Which ones? [volunteering]` is the same with its words.

    >>> asked_in_limesurvey("a3[1]"), asked_in_limesurvey("a4. Satisfied?")
    (Asked(text='a3', code='a3', option='1'), Asked(text='Satisfied?', code='a4', option=''))
    >>> asked_in_limesurvey("Which ones? [volunteering]")
    Asked(text='Which ones?', code='', option='volunteering')
    """
    coded = re.fullmatch(r"([A-Za-z]\w*)(?:\[(\w+)\])?(?:\.\s+(.*))?", column, re.DOTALL)
    if coded is not None:
        text = re.sub(r"\s*\[[^\]]*\]$", "", coded[3] or "") or coded[1]
        return Asked(text=text, code=coded[1], option=coded[2] or "")
    worded = re.fullmatch(r"(.+?)\s*\[([^\]]+)\]", column, re.DOTALL)
    return Asked(text=worded[1], option=worded[2]) if worded else Asked(text=column)


LIMESURVEY = Layout(
    name="limesurvey",
    title="LimeSurvey",
    signs=frozenset({"id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"})
    | {"Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started"},
    own=(
        *("lastpage", "startlanguage", "seed", "datestamp", "ipaddr", "refurl", "token", "firstname", "lastname"),
        *("email", "Last page", "Start language", "Seed", "Date last action", "IP address", "Referrer URL"),
        *("interviewtime", "groupTime.*", "questionTime.*", "Access code", "Total time"),
    ),
    ids=("id", "Response ID"),
    received=("submitdate", "Date submitted"),
    started=("startdate", "Date started"),
    asked=asked_in_limesurvey,
    time_formats=("%Y-%m-%d %H:%M:%S",),
    separators=(";",),
    missing=("", "{question_not_shown}", "N/A"),
    marked=("1", "Y", "Yes", "是"),
)
