"""The tables of the simulation: csv files, and their short forms between the marks of docs/simulation.md."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str | float]
Texts = Sequence[str]


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Rows of one kind; numbers with four decimals, which is finer than the simulation's own error."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _text(value) for key, value in row.items()} for row in rows)


def _text(value: str | float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def markdown(header: Texts, rows: Iterable[Texts]) -> str:
    lines = [list(header), ["---"] + ["---:"] * (len(header) - 1), *map(list, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _percent(value: str) -> str:
    return f"{100 * float(value):.1f}"


def _summary(rows: Sequence[Mapping[str, str]]) -> str:
    """Over the scenarios, for each method: least and median coverage, median width, largest and median errors."""
    lines = []
    for method in dict.fromkeys(row["method"] for row in rows):
        own = [row for row in rows if row["method"] == method]

        def ordered(name: str, own: Sequence[Mapping[str, str]] = own) -> list[float]:
            return sorted(float(row[name]) for row in own)

        cover, width = ordered("coverage"), ordered("width")
        met, not_met = ordered("false_met"), ordered("false_not_met")
        middle = len(own) // 2
        numbers = (cover[0], cover[middle], width[middle], met[middle], met[-1], not_met[middle], not_met[-1])
        lines.append([method, *(f"{100 * number:.1f}" for number in numbers)])
    lines.sort(key=lambda line: float(line[5]))
    header = ["method", "least coverage", "median", "median width", "false met, median", "largest"]
    return markdown([*header, "false not met, median", "largest"], lines)


def _by_scenario(rows: Sequence[Mapping[str, str]]) -> str:
    methods = ("korn-graubard", "beta", "xlogit", "wilson", "likelihood", "asin", "mean")
    lines = []
    for name in dict.fromkeys(row["scenario"] for row in rows):
        own = {row["method"]: row for row in rows if row["scenario"] == name}
        first = next(iter(own.values()))
        about = [name, first["psus"], first["people"], _percent(first["rate"])]
        lines.append([*about, *(f"{_percent(own[m]['coverage'])} / {_percent(own[m]['false_met'])}" for m in methods)])
    return markdown(["scenario", "communities", "people", "rate", *methods], lines)


def _verdicts(rows: Sequence[Mapping[str, str]]) -> str:
    names = ("false_met", "false_not_met", "power_met", "power_not_met", "publishable")
    header = [
        "scenario",
        "people",
        "false met",
        "false not met",
        "met 3 points above",
        "not met 3 below",
        "may be shown",
    ]
    return markdown(
        header, ([row["scenario"], row["people"], *(_percent(row[name]) for name in names)] for row in rows)
    )


def _looks(rows: Sequence[Mapping[str, str]]) -> str:
    names = ("ever_false_met", "ever_false_not_met", "power_met")
    header = ["wave", "looks at", "looks", "ever false met", "ever false not met", "met 5 points above"]
    lines = ([row["wave"], row["rule"], row["looks"], *(_percent(row[name]) for name in names)] for row in rows)
    return markdown(header, lines)


def _ranks(rows: Sequence[Mapping[str, str]]) -> str:
    header = [
        "streets",
        "method",
        "all hold, t",
        "all hold, normal",
        "each holds, t",
        "each holds, normal",
        "places, t",
    ]
    lines = []
    for streets, method in dict.fromkeys((row["streets"], row["method"]) for row in rows):
        own = {row["quantiles"]: row for row in rows if (row["streets"], row["method"]) == (streets, method)}
        held = [_percent(own[kind][name]) for name in ("all_hold", "each_holds") for kind in ("t", "normal")]
        lines.append([streets, method, *held, f"{float(own['t']['places']):.2f}"])
    return markdown(header, lines)


def _errors(rows: Sequence[Mapping[str, str]]) -> str:
    header = ["town", "standard error", "SE / true spread", "covered, korn-graubard", "covered, xlogit"]
    names = ("covered_korn_graubard", "covered_xlogit")
    lines = (
        [row["town"], row["form"], f"{float(row['se_over_spread']):.3f}", *(_percent(row[n]) for n in names)]
        for row in rows
    )
    return markdown(header, lines)


TABLES: dict[str, tuple[str, Callable[[Sequence[Mapping[str, str]]], str]]] = {
    "summary": ("coverage.csv", _summary),
    "coverage": ("coverage.csv", _by_scenario),
    "verdicts": ("verdicts.csv", _verdicts),
    "looks": ("looks.csv", _looks),
    "ranks": ("ranks.csv", _ranks),
    "errors": ("errors.csv", _errors),
}


def fill_page(page: str, folder: Path) -> str:
    """The page with every table between `<!-- table NAME -->` and `<!-- end -->` made anew from the csv files."""
    for name, (file, table) in TABLES.items():
        text = f"<!-- table {name} -->\n{table(read_rows(folder / file))}\n<!-- end -->"
        page = re.sub(rf"<!-- table {name} -->.*?<!-- end -->", text.replace("\\", r"\\"), page, flags=re.DOTALL)
    return page
