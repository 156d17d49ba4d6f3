"""The lists of the workers' devices: each device of either kind, and the records that waited for a person."""

from datetime import datetime
from typing import TypeAlias

from flask_babel import lazy_gettext

from survey.actions.fieldwork.list_devices import DeviceSummary, KeptRecord
from survey.fieldwork.collect_device import CollectDevice
from survey.web.listing import Column, Filter, Listing
from survey.web.office.device_words import REASONS

AnyDevice: TypeAlias = DeviceSummary | CollectDevice


def _own(one: AnyDevice) -> bool:
    return isinstance(one, DeviceSummary)


def _label(one: AnyDevice) -> str:
    return one.device.label if isinstance(one, DeviceSummary) else one.label


def _interviewer(one: AnyDevice) -> str:
    return one.device.interviewer if isinstance(one, DeviceSummary) else one.interviewer


def _stopped(one: AnyDevice) -> bool:
    return (one.device.stopped_at if isinstance(one, DeviceSummary) else one.revoked_at) is not None


def _last_contact(one: AnyDevice) -> datetime | None:
    if isinstance(one, CollectDevice):
        return one.last_contact_at
    return one.contact.at if one.contact else None


def _told(one: AnyDevice, name: str) -> int | None:
    """A number that only our app tells of itself, with its last contact."""
    return getattr(one.contact, name) if isinstance(one, DeviceSummary) and one.contact else None


DEVICES: Listing[AnyDevice] = Listing(
    columns=(
        Column("label", lazy_gettext("设备名称"), _label),
        Column("app", lazy_gettext("程序"), lambda one: int(not _own(one))),
        Column("by", lazy_gettext("访问员"), _interviewer),
        Column("issued", lazy_gettext("写完"), lambda one: _told(one, "issued"), number=True),
        Column("received", lazy_gettext("收到"), lambda one: one.received, number=True),
        Column("unsent", lazy_gettext("未上传"), lambda one: _told(one, "unsent"), number=True),
        Column(
            "missing",
            lazy_gettext("缺少"),
            lambda one: one.missing if isinstance(one, DeviceSummary) else None,
            number=True,
        ),
        Column(
            "conflicts",
            lazy_gettext("冲突"),
            lambda one: one.conflicts if isinstance(one, DeviceSummary) else None,
            number=True,
        ),
        Column("kept", lazy_gettext("待核对"), lambda one: one.kept, number=True),
        Column("contact", lazy_gettext("最近联系"), _last_contact),
        Column("skew", lazy_gettext("时钟偏差"), number=True),
        Column("version", lazy_gettext("版本")),
        Column("state", lazy_gettext("状态"), lambda one: int(_stopped(one))),
    ),
    identity=lambda one: one.device.id if isinstance(one, DeviceSummary) else one.id,
    text=lambda one: f"{_label(one)} {_interviewer(one)}",
    sort="label",
    filters=(
        Filter(
            "app",
            lazy_gettext("程序"),
            {"own": lazy_gettext("入户应用"), "collect": "ODK Collect"},
            lambda one: "own" if _own(one) else "collect",
        ),
        Filter(
            "state",
            lazy_gettext("状态"),
            {"used": lazy_gettext("使用中"), "stopped": lazy_gettext("已停用")},
            lambda one: "stopped" if _stopped(one) else "used",
        ),
    ),
)


def _waiting_first(one: KeptRecord) -> str:
    return f"{int(bool(one.decision))} {one.kept_on.isoformat()}"


KEPT_RECORDS: Listing[KeptRecord] = Listing(
    columns=(
        Column("by", lazy_gettext("访问员"), lambda one: one.interviewer),
        Column("kept", lazy_gettext("收到日期"), lambda one: one.kept_on),
        Column("reason", lazy_gettext("原因"), lambda one: list(REASONS).index(one.reason)),
        Column("detail", lazy_gettext("细节")),
        Column("done", lazy_gettext("怎样处理的"), _waiting_first),
    ),
    identity=lambda one: f"{one.id} {one.sha256}",
    text=lambda one: f"{one.interviewer} {one.detail} {one.decision}",
    sort="done",
    filters=(
        Filter(
            "state",
            lazy_gettext("状态"),
            {"waiting": lazy_gettext("待核对"), "settled": lazy_gettext("已经处理的")},
            lambda one: "settled" if one.decision else "waiting",
        ),
        Filter(
            "reason",
            lazy_gettext("原因"),
            {reason.value: words for reason, words in REASONS.items()},
            lambda one: one.reason.value,
        ),
    ),
)
