"""Command line of the analysis: `python -m analysis run PLAN.yaml --out DIR`. Imports numpy only when it works."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from analysis.outcome_rates_command import add_rates_parser
from analysis.planner.command import add_plan_sample_parser

FORMATS = ("json", "csv", "xlsx", "html")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description="Design-based analysis of a survey.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    run = verbs.add_parser("run", help="run a plan and write estimates.json and method.md")
    run.add_argument("plan", type=Path, metavar="PLAN.yaml")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results; made if needed")
    run.add_argument(
        "--format",
        default="json",
        metavar="LIST",
        help=f"any of {','.join(FORMATS)}, comma-separated; json is always written",
    )
    run.set_defaults(handler=_run)

    check = verbs.add_parser("check", help="name every fault of a plan and its data")
    check.add_argument("plan", type=Path, metavar="PLAN.yaml")
    check.set_defaults(handler=_check)
    add_plan_sample_parser(verbs)
    add_rates_parser(verbs)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from analysis.fault import Fault, FaultsFound

    formats = [name for name in arguments.format.split(",") if name]
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise FaultsFound([Fault("command line", "--format", f"any of {', '.join(FORMATS)}", ", ".join(unknown))])
    from analysis.pipeline import run_plan_file
    from analysis.plan_file import read_plan
    from analysis.report.folder import write_folder

    file = read_plan(arguments.plan)
    result = run_plan_file(file)
    write_folder(result, file.plan, arguments.out, formats)
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(f"{len(result.estimates)} estimates from {result.rows} rows in {arguments.out}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from analysis.fault import FaultsFound
    from analysis.pipeline import check_plan
    from analysis.plan_file import read_plan

    file = read_plan(arguments.plan)
    faults = check_plan(file.plan, file.folder)
    if faults:
        raise FaultsFound(faults)
    print(f"{arguments.plan}: no fault found")
    return 0


def main(words: list[str] | None = None) -> int:
    arguments = build_parser().parse_args(words)
    from analysis.fault import FaultsFound

    try:
        return int(arguments.handler(arguments))
    except FaultsFound as found:
        for fault in found.faults:
            print(fault, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
