"""One random plan on one random sample: the plan as ours, and as the R list that random_plans.R reads."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.report.r.literal import r

AGES = ("16-39", "40-59", "60+")
LONELY = ("remove", "certainty", "average", "adjust")
METHODS = ("logit", "beta", "asin", "mean", "xlogit")


class Call(str):
    """R code, to be written as it is."""


@dataclass(frozen=True)
class RandomTown:
    """`plan` and `r_plan` ask for the same figures of `table`; `name` says in words what was drawn."""

    seed: int
    name: str
    table: pd.DataFrame
    plan: dict[str, Any]
    r_plan: dict[str, Any]

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.table.to_csv(folder / "data.csv", index=False)
        (folder / "plan.R").write_text(literal(self.r_plan) + "\n", encoding="utf-8")
        (folder / "plan.json").write_text(json.dumps(self.plan, indent=1, default=str), encoding="utf-8")


def literal(value: object) -> str:
    """Nested Python values as an R expression: mappings and lists of them become lists."""
    if isinstance(value, Call):
        return str(value)
    if isinstance(value, dict):
        return "list(" + ", ".join(f"`{key}` = {literal(item)}" for key, item in value.items()) + ")"
    if isinstance(value, list) and any(isinstance(item, dict | list | Call) for item in value):
        return "list(" + ", ".join(map(literal, value)) + ")"
    return r(value)


def random_town(seed: int) -> RandomTown:
    return _Drawing(seed).town()


class _Drawing:
    """Draws one plan; every choice comes from the seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.words: list[str] = []

    def one_of(self, *choices: Any) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def town(self) -> RandomTown:
        kind = self.one_of("none", "none", "none", "jkn", "jkn", "jk1", "brr", "given")
        stratified = kind != "jk1" and (kind in {"jkn", "brr"} or self.chance(0.8))
        rows_alone = kind == "none" and self.chance(0.15)
        table = self.people(kind, stratified, rows_alone)
        lonely = bool((table.groupby("stratum").psu.nunique() == 1).any()) and stratified and not rows_alone
        design, r_design = self.design(kind, stratified, rows_alone, lonely, table)
        steps, r_steps = self.steps(table, kind)
        inside, r_inside = self.subset()
        indicators, r_indicators, contrasts = self.indicators()
        plan: dict[str, Any] = {
            "data": {"file": "data.csv"},
            "design": design,
            "calibration": steps,
            "indicators": indicators,
            "domains": [[], ["area"], ["area", "sex"]],
            "interval": {"method": list(METHODS), "level": [0.95, 0.9]},
            "contrasts": contrasts,
            "crosstabs": [{"row": "often", "column": "sex"}, {"row": "area", "column": "age"}],
        }
        if inside:
            plan["subset"] = inside
        r_plan = r_design | {
            "lonely": design["lonely_psu"],
            "lonely_in_domains": design["lonely_in_domains"],
            "has_lonely": lonely or design["lonely_in_domains"],
            "calibrated": bool(steps),
            "levels": [0.95, 0.9],
            "steps": r_steps or Call("list()"),
            "subset": r_inside,
            "indicators": r_indicators,
            "domains": [Call("character()"), Call('"area"'), Call('c("area", "sex")')],
            "crosstabs": [Call('c("often", "sex")'), Call('c("area", "age")')],
        }
        return RandomTown(self.seed, ", ".join(self.words), table, plan, r_plan)

    def people(self, kind: str, stratified: bool, rows_alone: bool) -> pd.DataFrame:
        random = self.random
        strata = int(random.integers(2, 7)) if stratified else 1
        psus = [2 if kind == "brr" else int(random.integers(2 if strata == 1 else 1, 6)) for _ in range(strata)]
        parts, fewest = [], 4 if kind != "none" else 2
        for h, several in enumerate(psus):
            for a in range(max(several, 3) if strata == 1 else several):
                n = int(random.integers(fewest, 14))
                homes = np.sort(random.integers(1, 6, n))
                parts.append(pd.DataFrame({"stratum": f"S{h + 1}", "psu": a + 1, "unit": homes}))
        table = pd.concat(parts, ignore_index=True)
        n = len(table)
        level = random.normal(0, 0.5, n)
        table["row"] = np.arange(1, n + 1)
        table["w"] = (random.uniform(2, 9, n) * (1 + 2 * (table.stratum == "S1"))).round(2)
        table["sex"] = random.choice(["F", "M"], n, p=[0.55, 0.45])
        table["age"] = random.choice(AGES, n, p=[0.3, 0.4, 0.3])
        table["area"] = random.choice(["east", "west", "port"], n, p=[0.5, 0.42, 0.08])
        table["q"] = (random.random(n) < 1 / (1 + np.exp(-1.4 - level))).astype(float)
        table["score"] = np.clip(np.round(3.3 + level + random.normal(0, 1, n)), 1, 5)
        table["visits"] = random.poisson(2, n)
        table["members"] = 1 + random.poisson(1.4, n)
        table["often"] = (table.visits >= 2).astype(int)
        table.loc[random.random(n) < 0.05, "q"] = np.nan
        table.loc[random.random(n) < 0.04, "score"] = np.nan
        table["sex_told"] = table.sex.where(random.random(n) > 0.07)
        table["sex_kept"] = table.sex_told.fillna("(missing)")
        if kind == "given":
            for k in range(1, int(random.integers(8, 16))):
                table[f"rep_{k}"] = random.uniform(0.5, 1.5, n).round(4)
        return self.with_populations(table, rows_alone)

    def with_populations(self, table: pd.DataFrame, rows_alone: bool) -> pd.DataFrame:
        by_stratum = table.groupby("stratum")
        drawn = by_stratum.row.transform("count") if rows_alone else by_stratum.psu.transform("nunique")
        units = table.groupby(["stratum", "psu"]).unit.transform("nunique")
        more = {name: int(self.random.integers(0, 12)) for name in table.stratum.unique()}
        table["pop"] = drawn + table.stratum.map(more)
        table["pop_units"] = units + 5
        table["fraction"] = drawn / table["pop"]
        table["fraction_units"] = units / table.pop_units
        return table

    def design(
        self, kind: str, stratified: bool, rows_alone: bool, lonely: bool, table: pd.DataFrame
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        policy = self.one_of(*LONELY) if lonely else self.one_of(*LONELY, "fail")
        design: dict[str, Any] = {"weight": "w", "lonely_psu": policy, "lonely_in_domains": self.chance(0.3)}
        design["lonely_in_domains"] &= kind == "none"
        if kind != "given":
            design |= {"strata": ["stratum"]} if stratified else {}
            design |= {} if rows_alone else {"psu": ["psu"]}
        fpc: list[str] = []
        if kind in {"none", "jkn", "jk1"} and self.chance(0.45):
            form = self.one_of("pop", "fraction")
            if form == "pop" or (table.fraction < 1).all():
                fpc = [form]
        second = bool(fpc) and kind == "none" and not rows_alone and self.chance(0.5)
        if fpc:
            design["fpc"] = fpc[0]
        if second:
            fpc = [fpc[0], {"pop": "pop_units", "fraction": "fraction_units"}[fpc[0]]]
            design["second_stage"] = {"psu": ["unit"], "fpc": fpc[1]}
        mse, rho = self.chance(0.5), self.one_of(0.0, 0.3)
        replicates: dict[str, Any] = {"type": kind, "mse": mse}
        if kind == "brr":
            replicates["rho"] = rho
        more: dict[str, Any] = {}
        if kind == "given":
            count = sum(name.startswith("rep_") for name in table)
            combined = self.chance(0.5)
            if combined:
                table[[f"rep_{k + 1}" for k in range(count)]] *= table.w.to_numpy()[:, None]
            more = {"combined": combined, "scale": 0.3, "rscales": [1.0 + k % 3 for k in range(count)]}
            replicates |= more | {"columns": "rep_*"}
        if kind != "none":
            design["replicates"] = replicates
        self.words += [kind, f"lonely {policy}" if lonely else "no lonely"]
        self.words += ["in domains"] if design["lonely_in_domains"] else []
        self.words += [" and ".join(fpc)] if fpc else []
        names = {"strata": design.get("strata", []), "psu": design.get("psu", []), "fpc": fpc}
        names["second"] = ["unit"] if second else []
        return design, names | {"replicates": kind, "mse": mse, "rho": rho} | more

    def steps(self, table: pd.DataFrame, kind: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        drawn = self.one_of(
            [], [], ["poststratify"], ["rake"], ["rake"], ["linear"], ["raking"], ["logit"], ["linear numeric"],
            ["raking numeric"], ["linear bounds"], ["raking bounds"], ["poststratify", "linear"], ["rake", "trim"],
            ["rake keep"], ["poststratify keep"],
        )  # fmt: skip
        if kind != "none":
            drawn = [step for step in drawn if step != "trim" and "keep" not in step]
        self.words += [" then ".join(drawn) or "unweighted"]
        population = float(table.w.sum() * self.random.uniform(0.9, 1.3))
        made = [self.step(what, table, population) for what in drawn]
        return [ours for ours, _ in made], [theirs for _, theirs in made]

    def step(self, what: str, table: pd.DataFrame, population: float) -> tuple[dict[str, Any], dict[str, Any]]:
        method, *more = what.split()
        if method == "trim":
            bounds = {"lower": float(table.w.quantile(0.1)), "upper": float(table.w.quantile(0.93) * 1.2)}
            both = {"method": "trim", **bounds, "strict": False}
            return both, both
        keep = "keep" in more
        spread = 0.06 if "bounds" in more else 0.15
        sex, r_sex = self.margin(["sex_told" if keep else "sex"], table, population, spread)
        age, r_age = self.margin(["age"], table, population, spread)
        ours: dict[str, Any] = {"method": method, "margins": [sex, age], "tolerance": 1e-12, "max_iterations": 2000}
        theirs: dict[str, Any] = {"method": method, "margins": [r_sex, r_age]}
        if method == "poststratify":
            both, r_both = (sex, r_sex) if keep else self.margin(["sex", "age"], table, population, spread)
            ours["margins"], theirs["margins"] = [both], [r_both]
        if keep:
            ours["missing"] = "keep"
            share = float(table.w[table.sex_told.isna()].sum() / table.w.sum())
            if share > 0:
                totals = {level: total * (1 - share) for level, total in r_sex["totals"].items()}
                r_sex |= {"by": ["sex_kept"], "totals": Call(r(totals | {"(missing)": population * share}))}
        if "numeric" in more:
            mean = float((table.w * table.members).sum() / table.w.sum())
            total = mean * population * float(self.random.uniform(0.97, 1.03))
            ours["margins"] = [*ours["margins"], {"numeric": "members", "total": total}]
            theirs |= {"numeric": "members", "total": Call(f"c(members = {total!r})")}
        if "bounds" in more or method == "logit":
            scale = population / float(table.w.sum())
            bounds = [min(0.9, 0.4 * scale), max(1.1, 2.2 * scale)]
            ours["bounds"], theirs["bounds"] = bounds, bounds
        if method == "linear":
            ours["negative"] = "allow"
        for one in theirs["margins"]:
            if not isinstance(one["totals"], Call):
                one["totals"] = Call(r(one["totals"]))
        return ours, theirs

    def margin(
        self, by: list[str], table: pd.DataFrame, population: float, spread: float
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        held = table.dropna(subset=by).groupby(by).w.sum()
        held *= self.random.uniform(1 - spread, 1 + spread, len(held))
        totals = (held / held.sum() * population).to_dict()
        nested: dict[str, Any] = {}
        for level, total in totals.items():
            place = nested
            *above, last = level if isinstance(level, tuple) else (level,)
            for name in above:
                place = place.setdefault(name, {})
            place[last] = float(total)
        flat = {"|".join(level) if isinstance(level, tuple) else level: float(t) for level, t in totals.items()}
        return {"by": by, "totals": nested}, {"by": by, "totals": flat}

    def subset(self) -> tuple[dict[str, Any] | None, Call | None]:
        drawn = self.one_of(None, None, "in", "not_in")
        if drawn is None:
            return None, None
        self.words.append(f"subset {drawn}")
        if drawn == "in":
            return {"column": "age", "in": list(AGES[:2])}, Call('quote(age %in% c("16-39", "40-59"))')
        return {"column": "stratum", "not_in": ["S2"]}, Call('quote(!(stratum %in% "S2"))')

    def indicators(self) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
        aside = Call("quote(score %in% 1)")
        both = "ifelse(is.na(q), often, pmax(q, often))"
        all_of: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
            "q": ({"item": "q", "rule": "share"}, {"rule": "share", "y": Call("quote(q)")}),
            "high": (
                {"item": "score", "rule": "share", "count": [4, 5], "exclude": [1]},
                {"rule": "share", "y": Call("quote(ifelse(is.na(score), NA, score >= 4))"), "aside": aside},
            ),
            "either": (
                {"items": ["q", "often"], "rule": "any", "count": [1]},
                {"rule": "share", "y": Call(f"quote({both})")},
            ),
            "score": ({"item": "score", "rule": "mean"}, {"rule": "mean", "y": Call("quote(score)")}),
            "visits": ({"item": "visits", "rule": "total"}, {"rule": "total", "y": Call("quote(visits)")}),
            "per_head": (
                {"rule": "ratio", "numerator": "visits", "denominator": "members"},
                {"rule": "ratio", "y": Call("quote(visits)"), "x": Call("quote(members)")},
            ),
        }
        chosen = ["q", *self.random.choice(list(all_of)[1:], 2, replace=False).tolist()]
        contrasts, r_indicators = [], {}
        for name in chosen:
            weights = self.one_of([1.0, -1.0], [0.4, 0.6])
            contrasts.append({"indicator": name, "between": [{"area": "east"}, {"area": "west"}], "weights": weights})
            parts = [Call('quote(area == "east")'), Call('quote(area == "west")')]
            r_indicators[name] = all_of[name][1] | {"contrasts": [{"parts": parts, "weights": weights}]}
        if self.chance(0.4):
            chosen.append("scores")
            all_of["scores"] = ({"item": "score", "rule": "distribution"}, {})
            for level in (2, 3, 4):
                r_indicators[f"scores={level}"] = {"rule": "share", "y": Call(f"quote(score == {level})")}
        return [{"id": name} | all_of[name][0] for name in chosen], r_indicators, contrasts
