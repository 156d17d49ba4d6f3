"""Tables of the HTML report: how one is written, and those of trends, small areas and two samples. Step 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from analysis.estimates.domains import described
from analysis.plan import Plan
from analysis.report.phrases import in_words
from analysis.report.words import Language, shown_value, word
from analysis.result import Result


def table_of(heads: list[str], rows: list[list[str]], numbers: set[int]) -> str:
    """A table that scrolls inside itself; cells are HTML already."""

    def mark(k: int) -> str:
        return ' class="number"' if k in numbers else ""

    head = "".join(f'<th scope="col"{mark(k)}>{text}</th>' for k, text in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{mark(k)}>{cell}</td>" for k, cell in enumerate(row)) + "</tr>\n" for row in rows
    )
    return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>'


def further_tables(result: Result, plan: Plan, language: Language) -> Iterator[str]:
    """Domains against the rest, trends, model-based small areas, and the two samples, where the plan asks for them."""
    rules = {indicator.id: indicator.rule for indicator in plan.indicators}
    yield from _against_rest(result, rules, language)
    yield from _trends(result, rules, language)
    yield from _small_areas(result, rules, language)
    yield from _two_samples(result, language)


def _heads(keys: list[str], language: Language) -> list[str]:
    return [word(key, language) for key in keys]


def _against_rest(result: Result, rules: Mapping[str, str], language: Language) -> Iterator[str]:
    if not result.against_rest:
        return
    rows = []
    for part in result.against_rest:
        rule = rules[part.indicator]
        values = [shown_value(value, rule) for value in (part.difference, part.lower, part.upper, part.se, part.rest)]
        tests = ["–" if p is None else f"{p:.4f}" for p in (part.p_value, part.p_adjusted)]
        flags = "; ".join(in_words(flag, language) for flag in part.flags)
        rows.append([escape(part.indicator), escape(described(part.domain)), *values, *tests, escape(flags)])
    keys = ["indicator", "domain", "difference", "lower", "upper", "se", "rest", "p_value", "p_adjusted", "flags"]
    yield f"<h2>{word('against_rest', language)}</h2>"
    yield table_of(_heads(keys, language), rows, {2, 3, 4, 5, 6, 7, 8})


def _trends(result: Result, rules: Mapping[str, str], language: Language) -> Iterator[str]:
    if not result.trends:
        return
    rows = []
    for part in result.trends:
        rule = rules[part.indicator]
        values = [shown_value(value, rule) for value in (part.slope, part.lower, part.upper, part.se)]
        departure = part.departure.p_value if part.departure else None
        tests = ["–" if p is None else f"{p:.4f}" for p in (part.p_value, part.p_adjusted, departure)]
        steps = " → ".join(
            f"{level}: {shown_value(value, rule)}" for level, value in zip(part.levels, part.estimates, strict=True)
        )
        within = f" ({described(part.within)})" if part.within else ""
        rows.append([escape(part.indicator), escape(f"{part.over}{within}"), escape(steps), *values, *tests])
    keys = [
        "indicator",
        "over",
        "levels",
        "slope",
        "lower",
        "upper",
        "se",
        "p_value",
        "p_adjusted",
        "departure_p_value",
    ]
    yield f"<h2>{word('trends', language)}</h2>"
    yield table_of(_heads(keys, language), rows, {3, 4, 5, 6, 7, 8, 9})


def _small_areas(result: Result, rules: Mapping[str, str], language: Language) -> Iterator[str]:
    for table in result.small_areas:
        rule = rules[table.indicator]
        rows = [
            [
                escape(described(area.domain)),
                f"{area.n:,}",
                *(shown_value(value, rule) for value in (area.direct, area.se, area.model_based, area.rmse)),
                f"{area.gamma:.2f}",
            ]
            for area in table.areas
        ]
        yield f"<h2>{word('small_areas', language)}: {escape(table.indicator)}</h2>"
        yield "".join(f'<p class="quiet">{escape(in_words(flag, language))}</p>' for flag in table.flags)
        keys = ["domain", "n_base", "direct", "se", "model_based", "rmse", "gamma"]
        yield table_of(_heads(keys, language), rows, {1, 2, 3, 4, 5, 6})


def _two_samples(result: Result, language: Language) -> Iterator[str]:
    found = result.two_samples
    if found is None:
        return
    rows = [
        [
            escape(one.indicator),
            *(
                shown_value(value, "share")
                for value in (one.drawn, one.volunteers_unweighted, one.volunteers, one.difference, one.se_difference)
            ),
            f"{one.p_holm:.4f}",
            f"{shown_value(one.blend, 'share')} (± {shown_value(one.rmse_blend, 'share')})",
        ]
        for one in found.compared
    ]
    yield f"<h2>{word('two_samples', language)}</h2>"
    told = (*found.assumptions, *found.flags) if found.compared else found.flags
    yield "<ul>" + "".join(f"<li>{escape(in_words(text, language))}</li>" for text in told) + "</ul>"
    if not rows:
        return
    keys = ["indicator", "drawn", "volunteers_unweighted", "volunteers", "difference", "se", "p_adjusted", "blend"]
    yield table_of(_heads(keys, language), rows, {1, 2, 3, 4, 5, 6, 7})
