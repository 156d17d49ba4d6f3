"""Tables as wjx.cn (问卷星) exports them, by the words or by the numbers of the options."""

from survey.exchange.imports.layout import Layout, numbered

WJX = Layout(
    name="wjx",
    title="问卷星 wjx.cn",
    signs=frozenset({"序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"}),
    own=("所用时间", "来源", "来源详情", "来自IP", "总分", "省份", "城市", "用户ID", "昵称", "微信.*", "头像"),
    ids=("序号",),
    received=("提交答卷时间",),
    started=(),
    asked=numbered,
    time_formats=("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S"),
    separators=("┋", "|", ";"),
    missing=("", "(空)", "(跳过)", "-3", "-2"),
    by_position=True,
)
