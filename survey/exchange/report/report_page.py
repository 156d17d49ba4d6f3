"""A report as one HTML file without anything outside it: the same parts as in Word and PDF. Step 8."""

from html import escape
from pathlib import Path

from survey.exchange.report.report_chart import as_svg
from survey.programme.report import Heading, IntervalChart, PageBreak, Paragraph, Report, Table

_NOTE, _NUMBER = ' class="note"', ' class="number"'
_STYLE = """
body{max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1f2933;line-height:1.8;
  font-family:"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
h1,.about{text-align:center}.about{margin:0;font-size:.9rem}.note{font-size:.85rem;color:#52606d}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.85rem}
caption,figcaption{font-weight:bold;text-align:center;padding:.4rem}
th,td{border-bottom:1px solid #cbd2d9;padding:.3rem .5rem;text-align:left;vertical-align:top}
td:not(.number){min-width:5.5em}th{min-width:2.6em;vertical-align:bottom}th.number{text-align:right}
td.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
figure{margin:1rem 0}svg{max-width:100%;height:auto}
footer{margin-top:2rem;border-top:1px solid #cbd2d9;font-size:.85rem;overflow-wrap:anywhere}
@media print{.page{break-before:page}}
"""


def write_page(report: Report, path: Path) -> None:
    body = "\n".join(_html(part) for part in report.numbered())
    about = "\n".join(f'<p class="about">{escape(line)}</p>' for line in (*report.about, report.status))
    path.write_text(
        '<!doctype html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(report.title)}</h1>\n{about}\n{body}\n"
        f"<footer>{escape(report.status)}　数字指纹 sha256 {report.fingerprint}</footer>\n</body>\n</html>\n",
        encoding="utf-8",
    )


def _html(part: object) -> str:
    match part:
        case Heading():
            return f"<h{part.level + 1}>{escape(part.text)}</h{part.level + 1}>"
        case Paragraph():
            return f"<p{_NOTE if part.note else ''}>{escape(part.text)}</p>"
        case IntervalChart():
            return f"<figure>{as_svg(part)}<figcaption>{escape(part.caption)}</figcaption></figure>"
        case Table():
            return _table(part)
        case PageBreak():
            return '<div class="page"></div>'
    raise TypeError(f"a report has no part {part!r}")


def _table(part: Table) -> str:
    head = "".join(
        f'<th scope="col"{_NUMBER if part.is_number(k) else ""}>{escape(text)}</th>' for k, text in enumerate(part.head)
    )
    rows = "\n".join(
        "<tr>"
        + "".join(f"<td{_NUMBER if part.is_number(k) else ''}>{escape(text)}</td>" for k, text in enumerate(row))
        + "</tr>"
        for row in part.rows
    )
    return (
        f'<div class="scroll"><table><caption>{escape(part.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>"
    )
