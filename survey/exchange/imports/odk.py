"""Tables as KoboToolbox and ODK Central export them: names of the form, groups in front, options behind a slash."""

import re

from survey.exchange.imports.layout import Asked, Layout


def asked_in_kobo(column: str) -> Asked:
    """`group/a3/1` is option 1 of a3, `group/a3` the question itself: which of the two, the questionnaire tells.

    >>> asked_in_kobo("part1/a3/1")
    Asked(text='a3/1', code='a3', option='1')
    """
    parts = column.split("/")
    if len(parts) == 1:
        return Asked(text=column, code=column)
    return Asked(text="/".join(parts[-2:]), code=parts[-2], option=parts[-1])


def asked_in_central(column: str) -> Asked:
    """`group-a3/1` is option 1 of a3, `group-a3` the question itself.

    >>> asked_in_central("part1-a3/1"), asked_in_central("part1-a4")
    (Asked(text='a3', code='a3', option='1'), Asked(text='a4', code='a4', option=''))
    """
    path, _, option = column.partition("/")
    name = re.split(r"[-]", path)[-1]
    return Asked(text=name, code=name, option=option)


KOBO = Layout(
    name="kobo",
    title="KoboToolbox",
    signs=frozenset({"_id", "_uuid", "_submission_time", "_validation_status", "_index", "__version__"}),
    own=(
        *("_.*", "start", "end", "today", "deviceid", "username", "simserial", "subscriberid", "phonenumber"),
        *("audit", "meta/.*", "formhub/.*", "rootUuid"),
    ),
    ids=("_uuid", "meta/instanceID", "_id"),
    received=("_submission_time",),
    started=("start",),
    asked=asked_in_kobo,
    separators=(" ",),
)
CENTRAL = Layout(
    name="odk-central",
    title="ODK Central",
    signs=frozenset({"SubmissionDate", "KEY", "SubmitterID", "SubmitterName", "ReviewState", "FormVersion"}),
    own=(
        *("SubmitterID", "SubmitterName", "Attachments.*", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"),
        *("end", "today", "meta-.*", "instanceID", "instanceName", "username", "phonenumber", "audit"),
    ),
    ids=("KEY", "meta-instanceID", "instanceID"),
    received=("SubmissionDate",),
    started=("start",),
    asked=asked_in_central,
    separators=(" ",),
)
