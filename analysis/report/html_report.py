"""report.html: tables and drawn intervals on pages that need nothing from outside, one page per language. Step 8."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from analysis.estimates.domains import described
from analysis.plan import Plan
from analysis.plan_indicator import Indicator
from analysis.report.html_tables import further_tables, table_of
from analysis.report.method_note import method_lines
from analysis.report.phrases import in_words
from analysis.report.words import LANGUAGES, NAMES, Language, rule_in_words, shown_value, word
from analysis.result import Estimate, Result

FILES: dict[Language, str] = {"zh-Hans": "report.html", "en": "report.en.html", "zh-Hant": "report.zh-Hant.html"}
SIGNS = {"met": "✓", "not_met": "✗", "undetermined": "?", "none": "–"}
STYLE = """
:root { --ink: #1d2433; --quiet: #5b6475; --line: #d9dde5; --paper: #fff; --accent: #1f5fa8;
  --met: #0b6e4f; --not_met: #b3261e; --undetermined: #7a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf2; --quiet: #a3acbd; --line: #39414f; --paper: #14181f;
  --accent: #7db4f0; --met: #6fd3ad; --not_met: #ff9d94; --undetermined: #e6c35c; } }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--paper);
  font: 1.0625rem/1.6 -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1.0625rem; margin-bottom: 0; }
li { overflow-wrap: anywhere; }
nav a { margin-right: 1rem; color: var(--accent); } .quiet { color: var(--quiet); margin-top: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; min-width: 100%; }
th, td { padding: .4rem .7rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { color: var(--quiet); font-weight: 600; } .number { text-align: right; }
td.flags { white-space: normal; min-width: 12rem; color: var(--quiet); font-size: .9rem; }
.met { color: var(--met); } .not_met { color: var(--not_met); } .undetermined { color: var(--undetermined); }
.verdict { font-weight: 600; } svg { display: block; } ul.warnings { border-left: 4px solid var(--undetermined); }
"""
WIDTH = 220


def write_html(result: Result, plan: Plan, folder: Path) -> None:
    """Writes one page for each language; each links to the others."""
    for language, name in FILES.items():
        (folder / name).write_text("\n".join(_page(result, plan, language)) + "\n", encoding="utf-8")


def _page(result: Result, plan: Plan, language: Language) -> Iterator[str]:
    yield f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{word('title', language)}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    links = (f'<a href="{FILES[other]}" lang="{other}">{NAMES[other]}</a>' for other in LANGUAGES if other != language)
    yield f"<nav>{''.join(links)}</nav>\n<h1>{word('title', language)}</h1>"
    if result.warnings:
        items = "".join(f"<li>{escape(in_words(warning, language))}</li>" for warning in result.warnings)
        yield f'<h2>{word("warnings", language)}</h2>\n<ul class="warnings">{items}</ul>'
    yield f"<h2>{word('estimates', language)}</h2>"
    for indicator in plan.indicators:
        yield from _indicator(
            indicator, [part for part in result.estimates if part.indicator == indicator.id], language
        )
    yield from _contrasts(result, plan, language)
    yield from further_tables(result, plan, language)
    yield from _crosstabs(result, language)
    yield from _ranks(result, plan, language)
    yield from _weights(result, language)
    lines = "".join(f"<li>{escape(line)}</li>" for line in method_lines(result, plan, language))
    yield f"<h2>{word('method', language)}</h2>\n<ul>{lines}</ul>\n</body>\n</html>"


def _indicator(indicator: Indicator, figures: list[Estimate], language: Language) -> Iterator[str]:
    yield f"<h3>{escape(indicator.label or indicator.id)}</h3>"
    yield f'<p class="quiet">{escape(rule_in_words(indicator, language))}</p>'
    keys = ["domain", "interval", "estimate", "lower", "upper", "se", "n_base", "deff", "decision", "flags"]
    heads = [word(key, language) for key in keys]
    first = next((figure.first for figure in figures if figure.first), None)
    if first:
        heads[1] = f"{heads[1]} ({first.method}, {100 * first.level:g} %)"
    if indicator.target:
        value = shown_value(indicator.target.value, indicator.rule)
        heads[8] = f"{heads[8]} ({word('target', language)} {escape(indicator.target.operator)} {value})"
    low, high = _scale(figures)
    yield table_of(heads, [_row(figure, low, high, language) for figure in figures], {2, 3, 4, 5, 6, 7})


def _row(figure: Estimate, low: float, high: float, language: Language) -> list[str]:
    interval, rule = figure.first, figure.rule
    name = described(figure.domain, word("everyone", language))
    if figure.category is not None:
        name = f"{figure.category} · {name}"
    verdict = (
        f'<span class="verdict {figure.decision}">{SIGNS[figure.decision]} {word(figure.decision, language)}</span>'
    )
    notes = [] if figure.publishable else [word("suppressed", language)]
    if figure.more_answers is not None:
        notes.append(f"{word('more_answers', language)}: {figure.more_answers:,}")
    return [
        escape(name),
        _drawn(figure, low, high, language),
        shown_value(figure.estimate, rule),
        shown_value(interval.lower if interval else None, rule),
        shown_value(interval.upper if interval else None, rule),
        shown_value(figure.se, rule),
        f"{figure.n_base:,}",
        "–" if figure.deff is None else f"{figure.deff:.2f}",
        verdict,
        escape("; ".join([*notes, *(in_words(flag, language) for flag in figure.flags)])),
    ]


def _scale(figures: list[Estimate]) -> tuple[float, float]:
    """The ends of the drawing: 0 to 1 for shares, else what the figures and targets need."""
    if figures and all(figure.rule in {"share", "any", "distribution"} for figure in figures):
        return 0.0, 1.0
    values = [value for figure in figures for value in _drawn_values(figure) if value is not None]
    if not values:
        return 0.0, 1.0
    margin = (max(values) - min(values)) * 0.05 or 1.0
    return min(values) - margin, max(values) + margin


def _drawn_values(figure: Estimate) -> list[float | None]:
    interval = figure.first
    return [figure.estimate, figure.target, interval.lower if interval else None, interval.upper if interval else None]


def _drawn(figure: Estimate, low: float, high: float, language: Language) -> str:
    """The interval as a bar, the estimate as a dot, the target as a line; its text says the same."""

    def place(value: float) -> float:
        return round(6 + (WIDTH - 12) * (min(max(value, low), high) - low) / (high - low), 1)

    estimate, target, lower, upper = _drawn_values(figure)
    parts = [f'<line x1="6" x2="{WIDTH - 6}" y1="14" y2="14" stroke="var(--line)"/>']
    if target is not None:
        at = place(target)
        parts.append(f'<line x1="{at}" x2="{at}" y1="2" y2="26" stroke="var(--ink)" stroke-dasharray="3 2"/>')
    colour = f"var(--{figure.decision})" if figure.decision != "none" else "var(--accent)"
    if lower is not None and upper is not None:
        left, right = place(lower), place(upper)
        parts.append(f'<line x1="{left}" x2="{right}" y1="14" y2="14" stroke="{colour}" stroke-width="5"/>')
    if estimate is not None:
        parts.append(f'<circle cx="{place(estimate)}" cy="14" r="5" fill="{colour}"/>')
    text = (
        f"{shown_value(estimate, figure.rule)} ({shown_value(lower, figure.rule)} – {shown_value(upper, figure.rule)})"
    )
    label = f"{word('estimate', language)} {text}"
    return f'<svg width="{WIDTH}" height="28" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _contrasts(result: Result, plan: Plan, language: Language) -> Iterator[str]:
    if not result.contrasts:
        return
    rules = {indicator.id: indicator.rule for indicator in plan.indicators}
    everyone = word("everyone", language)
    rows = []
    for part in result.contrasts:
        between = " · ".join(
            f"{weight:+g} × ({described(where, everyone)})"
            for where, weight in zip(part.between, part.weights, strict=True)
        )
        rule = rules[part.indicator]
        values = [shown_value(value, rule) for value in (part.estimate, part.lower, part.upper, part.se)]
        p_values = ["–" if value is None else f"{value:.4f}" for value in (part.p_value, part.p_adjusted)]
        rows.append([escape(part.indicator), escape(between), *values, *p_values])
    keys = ["indicator", "between", "estimate", "lower", "upper", "se", "p_value", "p_adjusted"]
    yield f"<h2>{word('contrasts', language)}</h2>"
    yield table_of([word(key, language) for key in keys], rows, {2, 3, 4, 5, 6, 7})


def _crosstabs(result: Result, language: Language) -> Iterator[str]:
    if not result.crosstabs:
        return
    rows = [
        [
            escape(part.row),
            escape(part.column),
            f"{part.n:,}",
            "–" if part.statistic is None else f"{part.statistic:.3f}",
            "–" if part.df_num is None else f"{part.df_num:.2f}, {part.df_den:.2f}",
            "–" if part.p_value is None else f"{part.p_value:.4f}",
        ]
        for part in result.crosstabs
    ]
    yield f"<h2>{word('crosstabs', language)}</h2>"
    keys = ["row", "column", "n_base", "statistic", "df", "p_value"]
    yield table_of([word(key, language) for key in keys], rows, {2, 3, 4, 5})


def _ranks(result: Result, plan: Plan, language: Language) -> Iterator[str]:
    rules = {indicator.id: indicator.rule for indicator in plan.indicators}
    for ranking in result.ranks:
        rows = [
            [
                escape(described(unit.domain)),
                shown_value(unit.estimate, rules[ranking.indicator]),
                f"{unit.rank}",
                f"{unit.lowest} – {unit.highest}",
            ]
            for unit in ranking.ranked
        ]
        yield f"<h2>{word('ranks', language)}: {escape(ranking.indicator)} ({100 * ranking.level:g} %)</h2>"
        keys = ["domain", "estimate", "rank", "rank_set"]
        yield table_of([word(key, language) for key in keys], rows, {1, 2, 3})
        groups = (" · ".join(described(domain) for domain in group) for group in ranking.groups)
        items = "".join(f"<li>{escape(group)}</li>" for group in groups)
        yield f'<p class="quiet">{word("groups", language)}</p>\n<ul>{items}</ul>'


def _weights(result: Result, language: Language) -> Iterator[str]:
    weights = result.weights
    yield f"<h2>{word('weights', language)}</h2>"
    yield (
        f"<p>Σ {weights.sum:,.2f} · {weights.min:,.4g} – {weights.max:,.4g} · "
        f"Kish {word('deff', language)} {weights.kish_deff:.3f} · "
        f"{word('n_effective', language)} {weights.effective_n:,.1f}</p>"
    )
