"""AAPOR's outcome rates of a wave's drawn dwellings, by dwellings and by base weights. Replacements are left out."""

from collections.abc import Sequence

from survey.fieldwork.case import Phase, SampledCase
from survey.fieldwork.response_rates import ResponseRates


def response_rates(cases: Sequence[SampledCase]) -> ResponseRates | None:
    """The rates of the main sample among `cases` (AAPOR, Standard Definitions, 2023); None without one."""
    from analysis.dispositions import disposition_class
    from analysis.outcome_rates import Case, count_cases, outcome_rates

    drawn = [
        Case(disposition_class(case.disposition.value), weight=case.design.base_weight)
        for case in cases
        if case.phase is Phase.MAIN
    ]
    if not drawn:
        return None
    plain, weighted = (outcome_rates(count_cases(drawn, weighted=by), weighted=by) for by in (False, True))
    counts = {klass.value: int(n) for klass, n in plain.counts.items()}
    return ResponseRates(counts, plain.rates, weighted.rates, plain.e)
