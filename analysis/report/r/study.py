"""recompute.R, parts 1, 2 and 4: the data, svydesign, and the design that figures are taken from. Step 8."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.plan import Plan
from analysis.plan_design import DesignPlan
from analysis.plan_weighting import CalibrationStep, NonresponseStep
from analysis.report.r.draws import DRAWS
from analysis.report.r.literal import r


def _linear_adjust(plan: Plan) -> bool:
    """Whether functions.R takes the part of lonely PSUs itself."""
    return plan.design.lonely_psu == "adjust" and plan.design.replicates.type == "none"


def lonely_lines(plan: Plan) -> Iterator[str]:
    """R's options; see `lonely_part` in functions.R for `adjust`."""
    own = _linear_adjust(plan)
    policy = "remove" if own else plan.design.lonely_psu
    domains = plan.design.lonely_in_domains and not own
    if own:
        yield "# lonely_psu: adjust is done by lonely_part in functions.R"
    yield f"options(survey.lonely.psu = {r(policy)}, survey.adjust.domain.lonely = {r(domains)})"


def data_lines(plan: Plan, encoding: str) -> Iterator[str]:
    yield "# 1. Data"
    missing = r(list(plan.data.missing))
    yield f"data <- read_answers({r(list(plan.data.file))}, missing = {missing}, encoding = {r(encoding)})"


def design_lines(plan: Plan) -> Iterator[str]:
    """The columns of the design, then svydesign."""
    design = plan.design
    yield "# 2. Design"
    yield f"data$.weight <- {_base_weight(design)}"
    yield f"data$.stratum <- crossed(data, {r(list(design.strata))})"
    psu = f"crossed(data, {r(list(design.psu))})" if design.psu else "as.character(seq_len(nrow(data)))"
    yield f"data$.psu <- {psu}"
    yield 'data$.unit <- paste(data$.stratum, data$.psu, sep = "|")'
    ids, sizes = "~.psu", ""
    if design.fpc:
        yield f"data$.fpc <- population_size(number(data, {r(design.fpc)}), data$.unit, data$.stratum)"
        sizes = ", fpc = ~.fpc"
        stage = design.second_stage
        if stage:
            yield f"data$.second <- crossed(data, {r(list(stage.psu))})"
            second = f"number(data, {r(stage.fpc)})"
            yield 'data$.home <- paste(data$.unit, data$.second, sep = "|")'
            yield f"data$.second_fpc <- population_size({second}, data$.home, data$.unit)"
            ids, sizes = "~.psu + .second", ", fpc = ~.fpc + .second_fpc"
    yield "data$.row_number <- seq_len(nrow(data))"
    strata = "strata = ~.stratum, nest = TRUE, " if design.strata else ""
    yield f"plain <- design <- svydesign({ids}, {strata}weights = ~.weight, data = data{sizes})"
    if plan.subset is None:
        yield "inside <- rep(TRUE, nrow(data))"
        return
    column = f"data[[{r(plan.subset.column)}]]"
    listed = r(list(plan.subset.inside if plan.subset.inside is not None else plan.subset.outside or ()))
    sign = "" if plan.subset.inside is not None else "!"
    yield f"inside <- !is.na({column}) & {sign}({column} %in% {listed})"


def _base_weight(design: DesignPlan) -> str:
    if design.selection is None:
        return f"number(data, {r(design.weight)})" if design.weight else "1"
    chosen = design.selection
    parts = [f"number(data, {r(chosen.psu)}), number(data, {r(chosen.unit)})"]
    parts += [f"eligible = number(data, {r(chosen.eligible)})"] if chosen.eligible else []
    parts += [f"interviewed = number(data, {r(chosen.interviewed)})"] if chosen.interviewed else []
    parts += [f"cap = {r(chosen.cap)}"] if chosen.cap else []
    return f"selection_weight({', '.join(parts)})"


def study_lines(plan: Plan) -> Iterator[str]:
    """The design that estimates are taken from: by linearisation, or with replicates weighted again."""
    replicates, again = plan.design.replicates, plan.design.replicates.type != "none"
    calibrated = any(isinstance(step, CalibrationStep) for step in plan.calibration)
    yield "# 4. What the figures are taken from"
    yield 'weight <- weights(design, "sampling")'
    counted = replicates.type != "given" or bool(plan.design.psu or plan.design.strata)
    yield "study <- list(data = data, design = design, w = as.numeric(weight), inside = inside, unit = data$.unit,"
    yield f"              stratum = data$.stratum, replicated = {r(again)}, calibrated = {r(calibrated)},"
    yield f"              counted_on_psus = {r(counted)}, rows = data$.row_number,"
    yield f"              adjust = {r(_linear_adjust(plan))}, lonely_in_domains = {r(plan.design.lonely_in_domains)})"
    if any(isinstance(step, NonresponseStep) for step in plan.calibration):
        yield "study$cases <- list(design = plain, response = response,"
        yield "                    moved = moved_by_case(plain$variables$.weight, response))"
    if not again:
        return
    if replicates.type == "given":
        yield from _given(plan)
    else:
        file = r(DRAWS) if replicates.type == "bootstrap" else "NULL"
        yield f"made <- replicate_weights(plain, {r(replicates.type)}, rho = {r(replicates.rho)}, file = {file})"
        yield "base <- plain$variables$.weight"
    yield "study$multiplier <- made$multiplier[data$.row_number, , drop = FALSE]"
    yield f"study$design <- replicate_design(design, made, base, steps, mse = {r(replicates.mse)}, response)"


def _given(plan: Plan) -> Iterator[str]:
    replicates = plan.design.replicates
    if isinstance(replicates.columns, str):
        yield f"columns <- grep(glob2rx({r(replicates.columns)}), names(plain$variables), value = TRUE)"
    else:
        yield f"columns <- {r(list(replicates.columns or ()))}"
    scale = 1.0 if replicates.scale is None else replicates.scale
    given = replicates.rscales if replicates.rscales is not None else 1.0
    rscales = r(list(given)) if isinstance(given, tuple) else f"rep({r(given)}, length(columns))"
    yield "made <- list(multiplier = sapply(columns, function(name) number(plain$variables, name)),"
    yield f"             scale = {r(scale)}, rscales = {rscales})"
    yield f"base <- {'rep(1, nrow(plain$variables))' if replicates.combined else 'plain$variables$.weight'}"
