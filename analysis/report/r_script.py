"""recompute.R: a plan as calls of R's `survey`, so that others can recompute every figure and compare. Step 8.

The script reads the plan's own data and the tables of `csv_report`, and ends with an error above a difference of 1e-6.
What the package cannot do in the same way stands as plain R in functions.R beside it.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.controls import read_totals
from analysis.design import build_design
from analysis.encoding import encoding_of
from analysis.estimates.replicates import build_replicates
from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Frame
from analysis.plan import Plan
from analysis.plan_design import DesignPlan
from analysis.plan_indicator import Indicator
from analysis.plan_weighting import CalibrationStep, Margin, NonresponseStep, TrimStep
from analysis.verdict_rule import nominal_alpha
from analysis.weights.base import selection_weights

FUNCTIONS = Path(__file__).with_name("functions.R")
SCRIPT = "recompute.R"
DRAWS = "bootstrap_draws.csv"
LARGEST_DIFFERENCE = 1e-6
MOST_CLAIMS = 1000  # verdicts of one family while fieldwork goes on
_SIMULATED = {"mogstad-romano-shaikh-wilhelm", "marginal"}


def write_r_script(plan: Plan, frame: Frame, folder: Path) -> list[Path]:
    """Writes recompute.R, functions.R and, for a bootstrap, its draws into the plan's `folder`.

    estimates.csv, weights.csv and the other tables of `csv_report` must stand there when the script runs. Raises
    FaultsFound for data in another format than CSV, which base R cannot read, and for rankings of some domains only.
    """
    wrong = [name for name in plan.data.file if Path(name).suffix.lower() != ".csv"]
    if wrong:
        raise FaultsFound([Fault("plan", "data.file", "csv, for a script in R", shortened(wrong))])
    if any(part.among for part in plan.ranks):
        raise FaultsFound([Fault("plan", "ranks.among", "rankings of all domains, for a script in R", "some domains")])
    made = [folder / SCRIPT, folder / FUNCTIONS.name]
    encoding = {"utf8": "UTF-8", "gb18030": "GB18030"}[encoding_of(folder / plan.data.file[0])]
    made[0].write_text("\n".join(_script(plan, folder, encoding)) + "\n", encoding="utf-8")
    made[1].write_text(FUNCTIONS.read_text(encoding="utf-8"), encoding="utf-8")
    if plan.design.replicates.type == "bootstrap":
        _write_draws(plan, frame, folder / DRAWS)
        made.append(folder / DRAWS)
    return made


def _write_draws(plan: Plan, frame: Frame, path: Path) -> None:
    """How often each replicate took each PSU, as multipliers: one line per PSU."""
    selection = plan.design.selection
    design = build_design(plan.design, frame, selection_weights(selection, frame) if selection else None)
    made = build_replicates(plan.design.replicates, design, frame, [])
    strata, psus = frame.crossed(plan.design.strata), frame.crossed(plan.design.psu)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["stratum", "psu", *(f"replicate_{k + 1}" for k in range(made.multiplier.shape[1]))])
        written = set()
        for row, unit in enumerate(design.psu_of_row.tolist()):
            if unit not in written:
                written.add(unit)
                stratum = strata.labels[int(strata.codes[row])] if plan.design.strata else "all"
                psu = psus.labels[int(psus.codes[row])] if plan.design.psu else str(row + 1)
                writer.writerow([stratum, psu, *(repr(value) for value in made.multiplier[unit].tolist())])


def _script(plan: Plan, folder: Path, encoding: str) -> Iterator[str]:
    yield "# Recomputes every published figure with R's survey package and compares it with the published tables."
    yield "# Run in this folder: Rscript recompute.R    (R 4.0 or newer, survey 4.1 or newer, nothing else)"
    yield 'source("functions.R", encoding = "UTF-8")'
    yield from _lonely(plan)
    for part in (_data(plan, encoding), _design(plan), _calibration(plan, folder), _study(plan), _figures(plan)):
        yield ""
        yield from part
    yield from _tables(plan)
    yield ""
    yield f"judge(differences, limit = {LARGEST_DIFFERENCE:g})"


def _linear_adjust(plan: Plan) -> bool:
    """Whether functions.R takes the part of lonely PSUs itself."""
    return plan.design.lonely_psu == "adjust" and plan.design.replicates.type == "none"


def _lonely(plan: Plan) -> Iterator[str]:
    """R's options; see `lonely_part` in functions.R for `adjust`."""
    own = _linear_adjust(plan)
    policy = "remove" if own else plan.design.lonely_psu
    domains = plan.design.lonely_in_domains and not own
    if own:
        yield "# lonely_psu: adjust is done by lonely_part in functions.R"
    yield f"options(survey.lonely.psu = {r(policy)}, survey.adjust.domain.lonely = {r(domains)})"


def _data(plan: Plan, encoding: str) -> Iterator[str]:
    yield "# 1. Data"
    missing = r(list(plan.data.missing))
    yield f"data <- read_answers({r(list(plan.data.file))}, missing = {missing}, encoding = {r(encoding)})"


def _design(plan: Plan) -> Iterator[str]:
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


def _calibration(plan: Plan, folder: Path) -> Iterator[str]:
    yield "# 3. Weights: postStratify, rake, calibrate, trimWeights"
    yield "steps <- list()"
    yield "response <- NULL"
    steps = plan.calibration
    if steps and isinstance(steps[0], NonresponseStep):
        yield from _nonresponse(steps[0])
        steps = steps[1:]
    for k, step in enumerate(steps, start=1):
        if isinstance(step, TrimStep):
            bounds = f"lower = {r(step.lower)}, upper = {r(step.upper)}, strict = {r(step.strict)}"
            yield f'steps[[{k}]] <- list(method = "trim", {bounds})'
        elif isinstance(step, CalibrationStep):
            yield f"steps[[{k}]] <- list(method = {r(step.method)}, max_iterations = {max(step.max_iterations, 5000)},"
            yield from _controls(step, folder)
    yield "for (step in steps) design <- apply_step(design, step)"


def _nonresponse(step: NonresponseStep) -> Iterator[str]:
    """From here on the data are the respondents'; the variance comes back to all sampled cases."""
    status, classes = f"data[[{r(step.status)}]]", f"data[{r(list(step.classes))}]"
    yield f"response <- response_of({status}, {classes}, data$.weight, {step.minimum}, {r(step.maximum)})"
    yield "design <- respondents_of(plain, response)"
    yield "inside <- inside[response$answered]"
    yield "data <- data[response$answered, ]"


def _controls(step: CalibrationStep, folder: Path) -> Iterator[str]:
    levels = [margin for margin in step.margins if margin.numeric is None]
    numbers = [margin for margin in step.margins if margin.numeric is not None]
    yield "  margins = list(" + ("" if levels else "),")
    for margin in levels:
        yield f"    {_margin(margin, folder)}{'),' if margin is levels[-1] else ','}"
    columns = ", ".join(f"number(data, {r(margin.numeric)})" for margin in numbers)
    totals = r([float(margin.total or 0) for margin in numbers]) if numbers else "numeric()"
    yield f"  numeric = list({columns}), numeric_totals = {totals},"
    yield f"  bounds = {r(list(step.bounds) if step.bounds else None)})"


def _margin(margin: Margin, folder: Path) -> str:
    """Totals of a file are read by the script; those of the plan stand in it."""
    if margin.file is not None:
        return f"margin(data, {r(list(margin.by))}, file = {r(margin.file)})"
    totals = {" × ".join(level): total for level, total in read_totals(margin, "margins", folder)[1].items()}
    return f"margin(data, {r(list(margin.by))}, {r(totals)})"


def _study(plan: Plan) -> Iterator[str]:
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


def _figures(plan: Plan) -> Iterator[str]:
    yield "# 5. Estimates: svymean, svyratio, svytotal in every domain; intervals as svyciprop; decisions"
    yield "indicators <- list(" + ("" if plan.indicators else ")")
    for indicator in plan.indicators:
        comment = f"  # {' '.join(indicator.label.split())}" if indicator.label else ""
        end = ")" if indicator is plan.indicators[-1] else ","
        yield f"  {r(indicator.id)} = {_indicator(indicator)}{end}{comment}"
    domains = ", ".join(r(list(spec)) for spec in dict.fromkeys(plan.domains))
    yield f"domains <- list({domains})"
    methods, levels = r(list(plan.interval.method)), r(list(plan.interval.level))
    yield f"study$alpha <- {r(nominal_alpha(plan.decisions))}  # one-sided error of a verdict"
    yield f"recomputed <- figures(study, indicators, domains, methods = {methods}, levels = {levels})"
    if plan.decisions.adjust == "holm" and plan.indicators:
        claims = "length(indicators) * nrow(recomputed)"
        errors = f"{r(plan.decisions.alpha)} / seq_len({claims})"
        if plan.decisions.looks is not None:
            errors = r([nominal_alpha(plan.decisions, plan.decisions.alpha / k) for k in range(1, MOST_CLAIMS + 1)])
        yield f"recomputed <- in_one_family(recomputed, indicators, errors = {errors})"


def _indicator(indicator: Indicator) -> str:
    keys: dict[str, Any] = {"id": indicator.id, "rule": indicator.rule}
    if indicator.rule == "any":
        keys["items"] = list(indicator.items or (str(indicator.item),))
    elif indicator.rule == "ratio":
        keys |= {"numerator": indicator.numerator, "denominator": indicator.denominator}
    else:
        keys["item"] = indicator.item
    if indicator.count is not None:
        keys["count"] = list(indicator.count)
    if indicator.values is not None:
        keys["values"] = indicator.values
    keys["exclude"] = list(indicator.exclude)
    if indicator.target is not None:
        keys |= {"operator": indicator.target.operator, "target": indicator.target.value}
    return "list(" + ", ".join(f"{key} = {r(value)}" for key, value in keys.items()) + ")"


def _tables(plan: Plan) -> Iterator[str]:
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
    return ", ".join(f"{_quoted(name, '`')} = {r(level)}" for name, level in where.items())


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


def r(value: object) -> str:
    """A value as R writes it; texts in ASCII with escapes, so that the script runs in every locale.

    >>> r(["东", 'a"b']), r(True), r({"F": 5100.0}), r([]), r(None)
    ('c("\\\\u4e1c", "a\\\\"b")', 'TRUE', 'c("F" = 5100.0)', 'character()', 'NULL')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return ("Inf" if value > 0 else "-Inf") if math.isinf(value) else repr(value)
    if isinstance(value, str):
        return _quoted(value, '"')
    if isinstance(value, Mapping):
        return "c(" + ", ".join(f"{r(str(key))} = {r(item)}" for key, item in value.items()) + ")"
    if isinstance(value, list):
        return "c(" + ", ".join(map(r, value)) + ")" if value else "character()"
    raise TypeError(f"no R literal for {type(value).__name__}")


def _quoted(text: str, mark: str) -> str:
    """JSON's escapes are R's, apart from code points above 0xFFFF, which R takes with eight digits."""
    inner = "".join(
        f"\\U{ord(sign):08x}" if ord(sign) > 0xFFFF else json.dumps(sign)[1:-1] if sign != '"' else '"' for sign in text
    )
    return mark + inner.replace(mark, "\\" + mark) + mark
