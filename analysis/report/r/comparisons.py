"""recompute.R, part 6: weights, estimates and the tables that a plan asks for beside those published. Step 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analysis.plan import Plan
from analysis.report.r.literal import quoted, r

_SIMULATED = {"mogstad-romano-shaikh-wilhelm", "marginal"}


def comparison_lines(plan: Plan) -> Iterator[str]:
    """Reads what was published and compares: weights, estimates, then the tables that the plan asks for."""
    yield ""
    yield "# 6. Comparison with what was published"
    yield "differences <- list()"
    yield "final <- numeric(nrow(plain$variables))  # cases that did not answer weigh nothing"
    yield "final[data$.row_number] <- as.numeric(weight)"
    yield "differences$weights <- compare(data.frame(row = seq_along(final), weight = final),"
    yield '  read_table("weights.csv"), keys = "row", numbers = "weight")'
    if plan.indicators:
        yield 'differences$estimates <- compare(recomputed, read_table("estimates.csv"),'
        yield '  keys = c("indicator", "category", "domain", "method", "level"),'
        yield '  numbers = c("n", "n_base", "estimate", "se", "df", "deff", "n_effective", "lower", "upper",'
        yield '              "dk_share"),'
        yield '  texts = c("decision", "point_meets", "publishable"))'
    yield from _contrasts(plan)
    yield from _against_rest(plan)
    yield from _crosstabs(plan)
    yield from _ranks(plan)
    model_based = {"trends": plan.trends, "small_areas": plan.small_areas, "volunteers": plan.volunteers}
    for name in [name for name, part in model_based.items() if part]:
        yield f'cat("not recomputed here: {name}\\n")'


def _contrasts(plan: Plan) -> Iterator[str]:
    if not plan.contrasts:
        return
    yield ""
    yield "contrasts <- as.data.frame(rbind("
    for part in plan.contrasts:
        between = ", ".join(f"list({_named(where)})" for where in part.between)
        end = "))" if part is plan.contrasts[-1] else ","
        yield f"  contrast_of(study, indicators[[{r(part.indicator)}]], list({between}),"
        yield f"              {r(list(part.weights))}, level = {r(plan.interval.level[0])}){end}"
    yield "contrasts$row <- seq_len(nrow(contrasts))"
    yield 'published <- read_table("contrasts.csv")'
    yield "published$row <- as.character(seq_len(nrow(published)))"
    yield 'differences$contrasts <- compare(contrasts, published, keys = "row",'
    yield '  numbers = c("estimate", "se", "df", "lower", "upper", "p_value"))'


def _named(where: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted(name, '`')} = {r(level)}" for name, level in where.items())


def _against_rest(plan: Plan) -> Iterator[str]:
    if not plan.against_rest:
        return
    yield ""
    yield "against_rest <- list()"
    for k, part in enumerate(plan.against_rest, start=1):
        called = f"indicators[[{r(part.indicator)}]], {r(list(part.over))}, {r(part.level)}"
        yield f"against_rest[[{k}]] <- cbind(place = {k}, against_rest_of(study, {called}))"
    yield 'published <- read_table("against_rest.csv")'
    yield "published$place <- rep(seq_along(against_rest), vapply(against_rest, nrow, 1L))"
    yield 'differences$against_rest <- compare(do.call(rbind, against_rest), published, keys = c("place", "domain"),'
    yield '  numbers = c("rest", "difference", "se", "df", "lower", "upper", "p_value", "p_adjusted"))'


def _crosstabs(plan: Plan) -> Iterator[str]:
    if not plan.crosstabs:
        return
    yield ""
    yield "crosstabs <- as.data.frame(rbind("
    for part in plan.crosstabs:
        end = "))" if part is plan.crosstabs[-1] else ","
        yield f"  crosstab_of(study, {r(part.row)}, {r(part.column)}){end}"
    yield "crosstabs$place <- seq_len(nrow(crosstabs))"
    yield 'published <- read_table("crosstabs.csv")'
    yield "published$place <- as.character(seq_len(nrow(published)))"
    yield 'differences$crosstabs <- compare(crosstabs, published, keys = "place",'
    yield '  numbers = c("n", "statistic", "df_num", "df_den", "p_value"))'


def _ranks(plan: Plan) -> Iterator[str]:
    """Rank sets from simulated differences depend on random numbers: their estimates are compared, not their sets."""
    if not plan.ranks:
        return
    yield ""
    yield 'published <- read_table("ranks.csv")'
    yield "ranks <- list()"
    for k, part in enumerate(plan.ranks, start=1):
        called = f"indicators[[{r(part.indicator)}]], {r(list(part.over))}, {r(part.method)}, {r(part.level)}"
        yield f"ranks[[{k}]] <- cbind(place = {k}, ranks_of(study, {called}))"
    yield "published$place <- rep(seq_along(ranks), vapply(ranks, nrow, 1L))"
    yield "ranks <- do.call(rbind, ranks)"
    sets = [] if any(part.method in _SIMULATED for part in plan.ranks) else ["lowest", "highest"]
    if not sets:
        yield 'cat("rank sets by simulation are not compared: they depend on the random numbers\\n")'
    yield 'differences$ranks <- compare(ranks, published, keys = c("place", "domain"),'
    yield f"  numbers = {r(['estimate', 'se', 'rank', *sets])})"
