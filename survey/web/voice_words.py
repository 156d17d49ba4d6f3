"""What staff read about one person, one voice: names of the layers and of the signs."""

from flask_babel import lazy_gettext

from survey.response.suspicion import WEIGHTS, Sign

LAYERS = {
    "browser_token": lazy_gettext("浏览器编号"),
    "proof_of_work": lazy_gettext("手机后台计算"),
    "address_hash": lazy_gettext("网络地址摘要"),
    "duplicate_score": lazy_gettext("相同与过快的答案"),
    "wechat": lazy_gettext("微信代号"),
}
SIGNS = {
    Sign.SAME_PERSON: lazy_gettext("同一个微信代号在本轮答过"),
    Sign.SAME_BROWSER: lazy_gettext("同一个浏览器在本轮交过"),
    Sign.SAME_ADDRESS: lazy_gettext("同一个网络当天交得比平常多"),
    Sign.SAME_ANSWERS: lazy_gettext("同一张海报当天有完全相同的答案"),
    Sign.TOO_FAST: lazy_gettext("平均一题不到一秒"),
    Sign.NO_PROOF: lazy_gettext("没有后台计算的结果（例如浏览器不支持）"),
}


def signs_with_weights() -> list[tuple[Sign, str, float]]:
    """Every sign, strongest first, with its words and its weight in the score."""
    return [(sign, str(SIGNS[sign]), WEIGHTS[sign]) for sign in Sign]
