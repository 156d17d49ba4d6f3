"""The verb `plan-sample` of `python -m analysis`: size, allocation and draw of a sample (step 2 of the flow)."""

import argparse
import csv
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from analysis.command_words import Words, add_language_option, label
from analysis.planner.sample_size import Clusters, PlanningError, Stratum, planned_deff, size_for_margin, size_to_decide


def add_plan_sample_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `plan-sample`; its handler stands in the namespace as `handler` and returns the exit code."""
    parser = subparsers.add_parser(
        "plan-sample",
        help="sample size for a decision or a margin of error, allocation to strata, draw of communities and dwellings",
        description="How many answers tell a true rate (--expected) from a target (--target) with given error and "
        "power, or estimate it within a margin (--margin). Add --strata to share them out, --frame to draw.",
        epilog="example: plan-sample --expected 0.92 --target 0.90 --per-psu 20 --icc 0.05 --strata-count 12 "
        "--response-rate 0.6",
    )
    _add_size_options(parser.add_argument_group("size"))
    _add_design_options(parser.add_argument_group("design"))
    _add_allocation_options(parser.add_argument_group("allocation"))
    _add_draw_options(parser.add_argument_group("draw"))
    add_language_option(parser)
    parser.add_argument("--json", action="store_true", help="write JSON instead of lines")
    parser.set_defaults(handler=plan_sample)


def _add_size_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--expected", type=float, metavar="SHARE", required=True, help="rate expected, e.g. 0.92")
    group.add_argument("--target", type=float, metavar="SHARE", help="target to decide about, e.g. 0.90")
    group.add_argument("--margin", type=float, metavar="SHARE", help="margin of error wanted, e.g. 0.03")
    group.add_argument("--alpha", type=float, default=0.05, help="one-sided error of the decision (default 0.05)")
    group.add_argument("--power", type=float, default=0.8, help="chance of the right verdict (default 0.8)")
    group.add_argument("--level", type=float, default=0.95, help="confidence level of the margin (default 0.95)")


def _add_design_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--deff", type=float, help="planned design effect (default 1, or from --per-psu and --icc)")
    group.add_argument("--per-psu", type=float, metavar="N", help="answers per community")
    group.add_argument("--icc", type=float, default=0.05, help="intraclass correlation (default 0.05)")
    group.add_argument("--cv-weights", type=float, default=0.0, help="variation of the weights (default 0)")
    group.add_argument("--strata-count", type=int, metavar="H", help="number of strata (default 1, or from --strata)")
    group.add_argument("--population", type=float, metavar="N", help="persons, if the variance will use the fpc")
    group.add_argument("--response-rate", type=float, default=1.0, metavar="SHARE", help="expected share of answers")


def _add_allocation_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--strata", type=Path, metavar="CSV", help="columns stratum, population, deviation (optional)")
    group.add_argument("--allocation", choices=["proportional", "neyman", "equal"], default="proportional")
    group.add_argument("--minimum", type=int, default=0, metavar="N", help="smallest sample of a stratum (default 0)")


def _add_draw_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--frame", type=Path, metavar="CSV", help="dwellings: columns stratum, psu, dwelling")
    group.add_argument("--psus", type=int, metavar="N", help="communities to draw in each stratum of the frame")
    group.add_argument("--dwellings", type=int, metavar="N", help="dwellings to draw in each community")
    group.add_argument("--equal", action="store_true", help="communities with equal probability instead of PPS")
    group.add_argument("--seed", type=int, help="seed of the draw; write it into the protocol")
    group.add_argument("--out", type=Path, metavar="CSV", help="where the drawn sample goes")


def plan_sample(arguments: argparse.Namespace) -> int:
    """Compute, draw if asked, show; 0, or 1 with one line on standard error."""
    try:
        document = plan_document(arguments)
    except (PlanningError, OSError) as error:
        sys.stderr.write(f"plan-sample: {error}\n")
        return 1
    sys.stdout.write(
        (json.dumps(document, ensure_ascii=False, indent=2) if arguments.json else _lines(document, arguments.language))
        + "\n"
    )
    return 0


def plan_document(arguments: argparse.Namespace) -> dict[str, Any]:
    """Assumptions, size, and where asked for allocation and draw. Raises PlanningError, OSError."""
    strata = _read_strata(arguments.strata) if arguments.strata else []
    deff = _deff(arguments)
    clusters = None
    if arguments.per_psu is not None:
        clusters = Clusters(arguments.per_psu, arguments.strata_count or len(strata) or 1)
    common = {
        "deff": deff,
        "population": arguments.population,
        "response_rate": arguments.response_rate,
        "clusters": clusters,
    }
    if (arguments.target is None) == (arguments.margin is None):
        raise PlanningError("expected either --target or --margin")
    if arguments.target is not None:
        size = size_to_decide(
            arguments.expected, arguments.target, alpha=arguments.alpha, power=arguments.power, **common
        )
    else:
        size = size_for_margin(arguments.expected, arguments.margin, level=arguments.level, **common)
    document: dict[str, Any] = {"schema_version": 1, "deff": deff, **asdict(size)}
    if strata:
        document["allocation"] = _allocation(strata, size.respondents, arguments)
    if arguments.frame:
        document["draw"] = _draw(arguments)
    return document


def _deff(arguments: argparse.Namespace) -> float:
    if arguments.deff is not None:
        return float(arguments.deff)
    per_psu = 1.0 if arguments.per_psu is None else arguments.per_psu
    return planned_deff(per_psu, arguments.icc, arguments.cv_weights)


def _read_strata(path: Path) -> list[Stratum]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PlanningError(f"{path.name}: expected a CSV file in UTF-8, found: {error}") from error
    if not rows:
        raise PlanningError(f"{path.name}: expected at least one stratum, found none")
    return [_stratum(f"{path.name} line {line}", row) for line, row in enumerate(rows, start=2)]


def _stratum(where: str, row: Mapping[str, str | None]) -> Stratum:
    expected = "a stratum, its population (whole number) and, if given, its deviation"
    try:
        return Stratum(row["stratum"] or "", int(row["population"] or ""), float(row.get("deviation") or 1.0))
    except (KeyError, ValueError):
        found = ", ".join(f"{k}={v}" for k, v in row.items())
        raise PlanningError(f"{where}: expected {expected}, found {found}") from None


def _allocation(strata: list[Stratum], total: int, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from analysis.planner.allocation import allocate

    sizes = allocate(strata, total, rule=arguments.allocation, minimum=arguments.minimum)
    return [{"stratum": s.name, "population": s.population, "n": n} for s, n in zip(strata, sizes, strict=True)]


def _draw(arguments: argparse.Namespace) -> dict[str, Any]:
    import pandas as pd

    from analysis.planner.selection import draw_two_stage

    wanted = {"--psus": arguments.psus, "--dwellings": arguments.dwellings, "--seed": arguments.seed}
    missing = [name for name, value in {**wanted, "--out": arguments.out}.items() if value is None]
    if missing:
        raise PlanningError(f"a draw needs {', '.join(missing)} as well")
    try:
        frame = pd.read_csv(arguments.frame, dtype=str)
    except (ValueError, UnicodeDecodeError) as error:
        raise PlanningError(f"{arguments.frame.name}: expected a CSV file in UTF-8, found: {error}") from error
    strata = sorted(frame["stratum"].dropna().unique()) if "stratum" in frame else []
    method: Literal["pps", "equal"] = "equal" if arguments.equal else "pps"
    sample = draw_two_stage(
        frame, dict.fromkeys(strata, arguments.psus), arguments.dwellings, seed=arguments.seed, method=method
    )
    sample.to_csv(arguments.out, index=False)
    return {
        "seed": arguments.seed,
        "method": method,
        "psus": int(sample["psu"].nunique()),
        "dwellings": len(sample),
        "out": str(arguments.out),
    }


_LABELS: dict[str, Words] = {
    "deff": ("设计效应", "design effect", "設計效應"),
    "n_srs": ("简单随机", "simple random sample", "簡單隨機"),
    "n_design": ("乘设计效应", "with design effect", "乘設計效應"),
    "n_fpc": ("有限总体", "finite population", "有限總體"),
    "respondents": ("需要答卷", "respondents", "需要答卷"),
    "contacts": ("需要抽取", "persons to draw", "需要抽取"),
    "psus": ("社区数", "communities", "社區數"),
    "drawn": ("抽出", "drawn", "抽出"),
}
_DIGITS = {"deff": ".3f", "n_srs": ".1f", "n_design": ".1f", "n_fpc": ".1f"}
_WIDTH = 32


def _lines(document: dict[str, Any], language: str) -> str:
    keys = ("deff", "n_srs", "n_design", "n_fpc", "respondents", "contacts")
    lines = [f"{_padded(key, language)}{document[key]:{_DIGITS.get(key, '')}}" for key in keys]
    if document["psus"] is not None:
        lines.append(f"{_padded('psus', language)}{document['psus']} (df {document['df']})")
    for row in document.get("allocation", ()):
        lines.append(f"  {row['stratum']}: {row['n']} / {row['population']}")
    if "draw" in document:
        draw = document["draw"]
        name = label(_LABELS["drawn"], language)
        lines.append(f"{name}: {draw['psus']} PSU, {draw['dwellings']} dwellings, seed {draw['seed']} → {draw['out']}")
    return "\n".join(lines)


def _padded(key: str, language: str) -> str:
    """The label filled up with blanks; a Chinese sign is two columns wide."""
    text = label(_LABELS[key], language)
    return text + " " * max(1, _WIDTH - len(text) - sum(sign > "\u2e7f" for sign in text))
