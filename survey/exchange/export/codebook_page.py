"""The codebook of an export as one HTML page in three languages, for people. Step 8."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from survey.exchange.export.codebook import missing_values
from survey.exchange.export.export_columns import Column
from survey.instrument.text import Text
from survey.programme.wave import Wave

_STYLE = (
    "body{max-width:72rem;margin:1rem auto;padding:0 1rem;font-family:'Noto Sans SC','Microsoft YaHei',sans-serif;"
    "line-height:1.6}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}"
    "th,td{border-bottom:1px solid #cbd2d9;padding:.3rem .5rem;text-align:left;vertical-align:top;min-width:6em}"
    "ul{margin:0;padding-left:1.1em}"
)
_HEAD = ("变量 variable", "简体", "繁體", "English", "编码 codes", "缺失 missing")


def write_codebook_page(path: Path, columns: Sequence[Column], wave: Wave) -> None:
    """One row for each column, nothing outside the file."""
    title = escape(f"{wave.name.zh_hans}：编码表 codebook")
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
    rows = "\n".join(_row(column) for column in columns)
    path.write_text(
        '<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>\n'
        "</body>\n</html>\n",
        encoding="utf-8",
    )


def _row(column: Column) -> str:
    codes = [f"{code.value} {_both(code.label)}" for code in column.codes if code.missing is None]
    missing = [f"{value} {words}" for value, words in missing_values(column)]
    label = column.label
    cells = [f"<td>{escape(label.in_language(one))}</td>" for one in ("zh-Hans", "zh-Hant", "en")]
    return f'<tr><th scope="row">{escape(column.name)}</th>{"".join(cells)}{_list(codes)}{_list(missing)}</tr>'


def _both(text: Text) -> str:
    return f"{text.zh_hans} {text.en}".strip()


def _list(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<td><ul>{items}</ul></td>" if items else "<td></td>"
