"""Why a record from a device waits for a person, in words."""

from flask_babel import lazy_gettext

from survey.fieldwork.device import KeptReason

REASONS = {
    KeptReason.UNREADABLE: lazy_gettext("打不开：不是给本系统的，或者已经损坏"),
    KeptReason.FAULTY: lazy_gettext("内容不符合问卷或走访记录的规则"),
    KeptReason.UNKNOWN_VERSION: lazy_gettext("问卷版本不是本轮发布过的"),
    KeptReason.UNKNOWN_PLACE: lazy_gettext("样本位置的签名对不上"),
    KeptReason.WAVE_NOT_OPEN: lazy_gettext("本轮已经结束，或还没有开始"),
    KeptReason.NOT_ASKED: lazy_gettext("本轮没有要求记录的内容，内容已丢弃"),
}
