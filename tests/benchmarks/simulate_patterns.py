"""How often patterns find what was planted, and flag honest answers: `python -m tests.benchmarks.simulate_patterns`.

`clean`, `copies`, `conduct` simulate (`--surveys N` a line); `real FILE.csv COLUMNS…` looks at the answers of a real
survey (codes as integers, blank is missing, 9 don't know; whole, and cut into shorter questionnaires). Prints the
tables of docs/integrity.md.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.patterns.answer_clusters import answer_clusters
from analysis.patterns.bursts import bursts
from analysis.patterns.evidence import PatternError
from analysis.patterns.interviewer_effect import interviewer_effect, outlying_interviewers
from analysis.patterns.near_duplicates import NearDuplicates, find_near_duplicates, near_duplicates
from analysis.patterns.speeders import speeders
from analysis.patterns.straight_lining import straight_lining
from tests.unit.analysis.simulated_answers import HonestSurvey, honest_survey
from tests.unit.analysis.test_patterns_of_conduct import arrivals

Codes = NDArray[np.int64]
KINDS: dict[str, dict[str, Any]] = {
    "ten areas": {},
    "places of 25 that differ": {"people_per_area": 25, "area_effect": 0.5},
    "15 % don't know": {"dont_know": 0.15},
    "uniform opinions": {"strength": 2.5},
    "people who keep to or from the ends": {"style": 0.5},
}


def find(survey: HonestSurvey, **options: Any) -> NearDuplicates:
    return find_near_duplicates(survey.answers, not_substantive=(8,), **options)


def clean(surveys: int) -> Iterator[str]:
    """Honest surveys only: percent of surveys with a cluster, percent of answers flagged, seconds."""
    yield "| answers | items | what kind of survey | surveys with a cluster, % | answers flagged, % | seconds |"
    yield "|---:|---:|---|---:|---:|---:|"
    sizes = [(n, k) for n in (200, 1000) for k in (8, 12, 24, 40)] + [(5000, 12), (5000, 24)]
    lines = [(n, k, "ten areas") for n, k in sizes]
    lines += [(n, k, kind) for kind in list(KINDS)[1:] for n, k in ((200, 24), (1000, 12), (1000, 24))]
    for n, k, kind in lines:
        start = time.process_time()
        found = [find(honest_survey(n, k, seed, **KINDS[kind])) for seed in range(surveys)]
        took = (time.process_time() - start) / surveys
        alarms = np.mean([bool(answer_clusters(one).evidence) for one in found])
        flagged = np.mean([near_duplicates(one).flagged.mean() for one in found])
        yield f"| {n} | {k} | {kind} | {100 * alarms:.1f} | {100 * flagged:.2f} | {took:.2f} |"


def altered(answers: Codes, rows: Codes, changed: int, random: np.random.Generator) -> None:
    """Change some items of each row to another code."""
    for row in rows:
        items = random.choice(answers.shape[1], changed, replace=False)
        answers[row, items] = 1 + answers[row, items] % 5


def copies(surveys: int) -> Iterator[str]:
    """1,000 answers, some of them copies: percent of the copies that are found."""
    yield "| items | changed | copies, % | found, % | found within its place, % | of one source, in a cluster, % |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for k in (8, 12, 24):
        for changed in (0, 1, 3):
            for share in (2, 5, 10):
                found = np.array([_planted(k, changed, 10 * share, seed) for seed in range(surveys)]).mean(axis=0)
                yield f"| {k} | {changed} | {share} | " + " | ".join(f"{100 * one:.0f}" for one in found) + " |"


def _planted(k: int, changed: int, number: int, seed: int) -> tuple[float, float, float]:
    """Copies of different answers, found anywhere and inside one place of 25; copies of one answer, in clusters."""
    survey = honest_survey(1000, k, seed, people_per_area=25)
    random = np.random.default_rng(seed)
    answers = survey.answers.copy()
    rows = random.permutation(1000)[:number]
    for row in rows:
        neighbours = np.flatnonzero((survey.area == survey.area[row]) & ~np.isin(np.arange(1000), rows))
        answers[row] = survey.answers[random.choice(neighbours) if len(neighbours) else row]
    altered(answers, rows, changed, random)
    mixed = HonestSurvey(answers, survey.area)
    anywhere = near_duplicates(find(mixed)).flagged[rows].mean()
    inside = near_duplicates(find(mixed, places=survey.area, within_places=True)).flagged[rows].mean()
    answers = survey.answers.copy()
    answers[rows] = survey.answers[(rows[0] + 500) % 1000]
    altered(answers, rows, changed, random)
    return anywhere, inside, answer_clusters(find(HonestSurvey(answers, survey.area))).flagged[rows].mean()


Trial = Callable[[int], tuple[float, float]]


def one_code(n: int) -> Trial:
    """3 % answer eight items of both directions with one code."""

    def trial(seed: int) -> tuple[float, float]:
        turned = np.array([False, True, False, False, True, False, True, False])
        answers = honest_survey(n, 8, seed).answers
        answers = np.where(turned & (answers <= 5), 6 - answers, answers)
        honest = straight_lining(answers, turned, midpoint=3, missing=(-1, 8)).flagged.mean()
        answers[: n * 3 // 100] = 4
        found = straight_lining(answers, turned, midpoint=3, missing=(-1, 8))
        return float(found.flagged[: n * 3 // 100].mean()), float(honest)

    return trial


def too_fast(n: int, spread: float) -> Trial:
    """3 % take a seventh of the usual time."""

    def trial(seed: int) -> tuple[float, float]:
        random = np.random.default_rng(seed)
        seconds = random.lognormal(np.log(200), spread, n)
        honest = speeders(seconds, characters=600).flagged.mean()
        seconds[: n * 3 // 100] = random.lognormal(np.log(30), 0.3, n * 3 // 100)
        return float(speeders(seconds, characters=600).flagged[: n * 3 // 100].mean()), float(honest)

    return trial


def invented(interviewers: int, each: int, usual: float, reported: float) -> Trial:
    """One interviewer reports another rate than the others."""

    def trial(seed: int) -> tuple[float, float]:
        random = np.random.default_rng(seed)
        who = np.repeat(np.arange(interviewers), each)
        y = (random.random(len(who)) < usual).astype(float)
        honest = bool(outlying_interviewers(y, who, areas=who // 5).evidence)
        y[who == 3] = random.random(each) < reported
        return float(outlying_interviewers(y, who, areas=who // 5).flagged[who == 3].all()), float(honest)

    return trial


def effect(interviewers: int, each: int, usual: float, icc: float) -> Trial:
    """Interviewers differ by `icc`; the test of no effect at 5 %."""

    def trial(seed: int) -> tuple[float, float]:
        random = np.random.default_rng(seed)
        who = np.repeat(np.arange(interviewers), each)
        level = (1 - icc) / icc
        rates = random.beta(usual * level, (1 - usual) * level, interviewers)
        honest, found = (
            (random.random(len(who)) < usual).astype(float),
            (random.random(len(who)) < rates[who]).astype(float),
        )
        return _tells_an_effect(found, who), _tells_an_effect(honest, who)

    return trial


def _tells_an_effect(y: NDArray[np.float64], who: NDArray[np.int64]) -> float:
    try:
        return float(interviewer_effect(y, who).p_value <= 0.05)
    except PatternError:  # nobody's answers differ: nothing can be told
        return 0.0


def stuffed(extra: int, shape: float | None, days: int = 21) -> Trial:
    """Further answers in one hour at one of 12 posters with about one answer an hour."""

    def trial(seed: int) -> tuple[float, float]:
        times, places = arrivals(seed, shape=shape)
        early = times < times.min() + pd.Timedelta(days=days)
        times, places = times[early], places[early]
        honest = bool(bursts(times, places).evidence)
        moment = times.min().normalize() + pd.Timedelta(days=days // 2, hours=7)
        times = times.append(pd.DatetimeIndex([moment + pd.Timedelta(minutes=minute) for minute in range(extra)]))
        found = bursts(times, np.r_[places, np.full(extra, "poster 3")])
        return float(found.flagged[-extra:].all()), float(honest)

    return trial


CONDUCT: dict[str, Trial] = {
    "one code throughout, 200 answers": one_code(200),
    "one code throughout, 1,000 answers": one_code(1000),
    "seven times too fast, times alike (sigma 0.4)": too_fast(1000, 0.4),
    "seven times too fast, times unlike (sigma 0.7)": too_fast(1000, 0.7),
    "seven times too fast, 100 answers": too_fast(100, 0.4),
    "one of 20 with 60 interviews reports 100 % instead of 70 %": invented(20, 60, 0.7, 1.0),
    "one of 20 with 60 interviews reports 90 % instead of 70 %": invented(20, 60, 0.7, 0.9),
    "one of 20 with 15 interviews reports 100 % instead of 70 %": invented(20, 15, 0.7, 1.0),
    "one of 20 with 60 interviews reports 70 % instead of 95 %": invented(20, 60, 0.95, 0.7),
    "one of 20 with 15 interviews reports 50 % instead of 95 %": invented(20, 15, 0.95, 0.5),
    "interviewers' ICC 0.05, 20 with 30 interviews, 70 %": effect(20, 30, 0.7, 0.05),
    "interviewers' ICC 0.05, 20 with 30 interviews, 95 %": effect(20, 30, 0.95, 0.05),
    "interviewers' ICC 0.05, 6 with 10 interviews, 80 %": effect(6, 10, 0.8, 0.05),
    "interviewers' ICC 0.20, 6 with 10 interviews, 80 %": effect(6, 10, 0.8, 0.20),
    "12 more answers in an hour": stuffed(12, None),
    "25 more answers in an hour": stuffed(25, None),
    "25 more answers in an hour, uneven days": stuffed(25, 2.0),
    "25 more answers in an hour, four days of history": stuffed(25, None, days=4),
}


def conduct(surveys: int) -> Iterator[str]:
    yield "| planted | found, % | without it, % |"
    yield "|---|---:|---:|"
    for name, trial in CONDUCT.items():
        found, honest = np.array([trial(seed) for seed in range(surveys)]).mean(axis=0)
        yield f"| {name} | {100 * found:.0f} | {100 * honest:.2f} |"


def real(file: Path, columns: list[str]) -> Iterator[str]:
    """Clusters and flagged answers of a real survey with all its items, and cut into 8, 12, 24 and 40 at random."""
    table = pd.read_csv(file)
    names = [name for name in table.columns if any(name.startswith(start) for start in columns)]
    codes = table[names].fillna(-1).to_numpy(dtype=np.int64)
    codes = codes[(codes >= 1).sum(axis=1) >= 0.8 * len(names)]
    yield "| items | cuts | answers | cuts with a cluster | answers flagged, % |"
    yield "|---:|---:|---:|---:|---:|"
    random = np.random.default_rng(1)
    for k, cuts in ((8, 20), (12, 20), (24, 20), (40, 10), (len(names), 1)):
        found = [
            find_near_duplicates(codes[:, random.choice(len(names), k, replace=False)], not_substantive=(-1, 9))
            for _ in range(cuts)
        ]
        alarms = sum(bool(answer_clusters(one).evidence) for one in found)
        flagged = np.mean([near_duplicates(one).flagged.mean() for one in found])
        yield f"| {k} | {cuts} | {len(codes)} | {alarms} | {100 * flagged:.2f} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=("clean", "copies", "conduct", "real"))
    options.add_argument("file", type=Path, nargs="?")
    options.add_argument("columns", nargs="*", default=["q"])
    options.add_argument("--surveys", type=int, default=20)
    chosen = options.parse_args()
    if chosen.what == "real":
        lines = real(chosen.file, chosen.columns or ["q"])
    else:
        lines = {"clean": clean, "copies": copies, "conduct": conduct}[chosen.what](chosen.surveys)
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
