"""Tables as Tencent questionnaires (腾讯问卷, wj.qq.com) exports them."""

from survey.exchange.imports.layout import Layout, numbered

TENCENT = Layout(
    name="tencent",
    title="腾讯问卷 wj.qq.com",
    signs=frozenset({"编号", "开始答题时间", "结束答题时间", "答题时长", "地理位置省", "用户类型", "自定义字段"}),
    own=(
        *("答题时长", "清洗数据结果", "语言", "地理位置.*", "用户.*", "昵称", "自定义字段", "IP", "UA", "Referrer"),
        *("来源.*", "设备.*", "经度", "纬度"),
    ),
    ids=("编号", "答卷编号"),
    received=("结束答题时间",),
    started=("开始答题时间",),
    asked=numbered,
    time_formats=("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"),
    separators=("|", "┋", "\n", ";"),
    by_position=True,
)
