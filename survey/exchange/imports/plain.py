"""A table of no known tool: columns named after items or after the words of their questions."""

from survey.exchange.imports.layout import Layout, numbered

PLAIN = Layout(
    name="plain",
    title="其他表格",
    signs=frozenset(),
    own=(),
    ids=("id", "ID", "编号", "序号", "row", "key"),
    received=("received_at", "提交时间", "时间"),
    started=("started_at",),
    asked=numbered,
    time_formats=("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"),
    separators=(";", "；", "┋", "|", "、", ",", "，", " "),
    missing=("", "NA"),
    marked=("1", "Y", "Yes", "是", "✓", "√"),
)
