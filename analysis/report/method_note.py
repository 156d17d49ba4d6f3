"""method.md: what was done, in words, in three languages. Step 8."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analysis.plan import Plan
from analysis.report.phrases import in_words
from analysis.report.words import LANGUAGES, NAMES, Language, rule_in_words, sentence, word
from analysis.result import Result


def method_lines(result: Result, plan: Plan, language: Language) -> Iterator[str]:
    """The note as sentences of one language."""
    strata, psus = result.design
    yield sentence("rows", language, rows=result.rows, strata=strata, psus=psus)
    if not result.weights.steps:
        yield sentence("no_step", language)
    for k, step in enumerate(result.weights.steps, start=1):
        yield sentence(
            "one_step",
            language,
            k=k,
            method=step["method"],
            iterations=step["iterations"],
            misfit=f"{step['largest_misfit']:.2g}",
            low=f"{step['smallest_ratio']:.4g}",
            high=f"{step['largest_ratio']:.4g}",
            deff=f"{step['kish_deff']:.3f}",
        ) + sentence("residual", language, residual=in_words(step["residual"], language))
    yield sentence("variance", language, variance=in_words(result.variance, language))
    comma = word("list", language)
    levels = comma.join(f"{100 * level:g} %" for level in plan.interval.level)
    yield sentence("interval", language, methods=comma.join(plan.interval.method), levels=levels)
    if any(indicator.target for indicator in plan.indicators):
        yield from _decision_lines(plan, result, language)
    yield sentence("publication", language)
    if result.against_rest:
        yield sentence("against_rest", language)
    if result.small_areas:
        yield sentence("small_areas", language)
    if result.two_samples:
        told = (*result.two_samples.assumptions, *result.two_samples.flags)
        texts = [in_words(text, language) for text in told]
        yield sentence("two_samples", language, assumptions=" ".join(texts))
    yield sentence(
        "digests", language, plan=result.plan_sha256 or "–", data=result.data_sha256 or "–", software=result.software
    )


def _decision_lines(plan: Plan, result: Result, language: Language) -> Iterator[str]:
    """How verdicts were reached: the level of the deciding interval, looks, families, answers still needed."""
    alpha = float(result.decisions.get("nominal_alpha", plan.decisions.alpha))
    level = f"{100 * (1 - 2 * alpha):.4g} %"
    yield sentence("decision", language, level=level, alpha=f"{100 * alpha:.3g} %")
    if plan.decisions.looks:
        kept = f"{100 * plan.decisions.alpha:.3g} %"
        yield sentence("looks", language, nominal=f"{100 * alpha:.3g} %", alpha=kept)
    if plan.decisions.adjust == "holm":
        yield sentence("one_family", language)
    if any(one.more_answers for one in result.estimates):
        yield sentence("more_answers", language)


def write_method_note(result: Result, plan: Plan, folder: Path) -> None:
    """Writes method.md."""
    blocks = []
    for language in LANGUAGES:
        lines = [f"# {word('method', language)} ({NAMES[language]})", ""]
        lines += [f"- {line}" for line in method_lines(result, plan, language)]
        lines += ["", f"## {word('rule', language)}", ""]
        lines += [
            f"- {indicator.label or indicator.id}: {rule_in_words(indicator, language)}"
            for indicator in plan.indicators
        ]
        if result.warnings:
            lines += [
                "",
                f"## {word('warnings', language)}",
                "",
                *(f"- {in_words(text, language)}" for text in result.warnings),
            ]
        blocks.append("\n".join(lines))
    (folder / "method.md").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
