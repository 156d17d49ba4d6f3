"""Sample sizes against published and recorded numbers, allocation, and the two-stage draw with its probabilities."""

import argparse
import json
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.planner.allocation import allocate
from analysis.planner.command import add_plan_sample_parser
from analysis.planner.sample_size import Clusters, PlanningError, Stratum, planned_deff, size_for_margin, size_to_decide
from analysis.planner.selection import draw_two_stage, equal_probability, systematic_pps

# expected, target, deff, population, unrounded n, respondents, contacts at a response rate of 0.6
DECISIONS = [
    (0.92, 0.90, 1.0, None, 1302.423879219, 1303, 2171),
    (0.92, 0.90, 1.8, 2000, 1079.51510937, 1080, 1800),
    (0.92, 0.85, 1.0, None, 135.774543771, 136, 227),
    (0.92, 0.85, 1.8, 2000, 217.8789453041, 218, 364),
    (0.92, 0.95, 1.0, None, 382.6114049133, 383, 638),
    (0.92, 0.95, 1.8, 2000, 512.4830846688, 513, 855),
    (0.88, 0.90, 1.0, None, 1470.53312242, 1471, 2451),
    (0.88, 0.90, 1.8, 2000, 1139.467337925, 1140, 1900),
    (0.88, 0.85, 1.0, None, 823.3547254489, 824, 1373),
    (0.88, 0.85, 1.8, 2000, 851.4921643844, 852, 1420),
    (0.88, 0.95, 1.0, None, 81.51047581178, 82, 136),
    (0.88, 0.95, 1.8, 2000, 136.7549677064, 137, 228),
    (0.97, 0.90, 1.0, None, 82.81673817563, 83, 139),
    (0.97, 0.90, 1.8, 2000, 138.7944711146, 139, 232),
    (0.97, 0.85, 1.0, None, 37.0982557765, 38, 62),
    (0.97, 0.85, 1.8, 2000, 64.65060353599, 65, 108),
    (0.97, 0.95, 1.0, None, 630.153992588, 631, 1051),
    (0.97, 0.95, 1.8, 2000, 724.0196887069, 725, 1207),
    (0.80, 0.90, 1.0, None, 68.90736162515, 69, 115),
    (0.80, 0.90, 1.8, 2000, 116.8453210718, 117, 195),
    (0.80, 0.85, 1.0, None, 341.4946670812, 342, 570),
    (0.80, 0.85, 1.8, 2000, 470.3620601511, 471, 784),
    (0.80, 0.95, 1.0, None, 21.47618224792, 22, 36),
    (0.80, 0.95, 1.8, 2000, 37.94272109295, 38, 64),
]
# expected, margin, deff, population, n before the finite population, unrounded n, respondents
MARGINS = [
    (0.90, 0.02, 1.0, None, 864.3282346562, 864.3282346562, 865),
    (0.90, 0.02, 2.0, 1500, 1728.656469312, 803.3645242677, 804),
    (0.90, 0.03, 2.0, None, 768.2917641388, 768.2917641388, 769),
    (0.90, 0.05, 1.0, 1500, 138.292517545, 126.6962220218, 127),
    (0.50, 0.02, 1.0, None, 2400.911762934, 2400.911762934, 2401),
    (0.50, 0.02, 2.0, 1500, 4801.823525868, 1143.141886014, 1144),
    (0.50, 0.03, 2.0, None, 2134.143789275, 2134.143789275, 2135),
    (0.50, 0.05, 1.0, 1500, 384.1458820694, 305.9873526478, 306),
]


@pytest.mark.parametrize(("expected", "target", "deff", "population", "n", "respondents", "contacts"), DECISIONS)
def test_size_to_decide_equals_the_recorded_reference(
    expected: float, target: float, deff: float, population: float | None, n: float, respondents: int, contacts: int
) -> None:
    size = size_to_decide(expected, target, deff=deff, population=population, response_rate=0.6)
    assert size.n_fpc == pytest.approx(n, rel=1e-11)
    assert (size.respondents, size.contacts) == (respondents, contacts)


@pytest.mark.parametrize(("expected", "margin", "deff", "population", "design", "n", "respondents"), MARGINS)
def test_size_for_margin_equals_the_recorded_reference(
    expected: float, margin: float, deff: float, population: float | None, design: float, n: float, respondents: int
) -> None:
    size = size_for_margin(expected, margin, deff=deff, population=population)
    assert size.n_design == pytest.approx(design, rel=1e-11)
    assert size.n_fpc == pytest.approx(n, rel=1e-11)
    assert size.respondents == respondents


@pytest.mark.parametrize(
    ("per_psu", "icc", "cv", "deff"), [(20, 0.02, 0.0, 1.38), (20, 0.05, 0.5, 2.4375), (50, 0.05, 0.0, 3.45)]
)
def test_planned_design_effect_equals_the_recorded_reference(
    per_psu: float, icc: float, cv: float, deff: float
) -> None:
    assert planned_deff(per_psu, icc, cv) == pytest.approx(deff, rel=1e-12)


@pytest.mark.parametrize(("expected", "target"), [(0.92, 0.90), (0.97, 0.95), (0.85, 0.80)])
def test_planned_size_reaches_its_power_with_exact_limits(expected: float, target: float) -> None:
    """The exact one-sided binomial test is conservative; its power stays within three points of the planned 80 %."""
    n = size_to_decide(expected, target).respondents
    successes = np.arange(n + 1)
    met = stats.beta.ppf(0.05, successes, n - successes + 1) >= target
    power = float(stats.binom.pmf(successes, n, expected)[met].sum())
    assert power == pytest.approx(0.8, abs=0.03)


def test_few_communities_raise_the_size_to_its_own_fixed_point() -> None:
    clusters = Clusters(per_psu=40, strata=2)
    size = size_to_decide(0.85, 0.80, deff=2.0, clusters=clusters)
    plain = size_to_decide(0.85, 0.80, deff=2.0)
    assert size.psus is not None
    assert size.df == size.psus - 2
    assert size.respondents > plain.respondents
    a, b = stats.t.ppf([0.95, 0.8], size.df)
    by_hand = 2.0 * (a * sqrt(0.8 * 0.2) + b * sqrt(0.85 * 0.15)) ** 2 / 0.05**2
    assert size.n_design == pytest.approx(by_hand, rel=1e-12)
    assert size.psus == 21  # 20 would do at the t quantile of 21, but not at their own


def test_one_community_fewer_would_not_do() -> None:
    size = size_to_decide(0.85, 0.80, deff=2.0, clusters=Clusters(per_psu=40, strata=2))
    assert size.psus is not None
    a, b = stats.t.ppf([0.95, 0.8], size.psus - 1 - 2)
    needed = 2.0 * (a * sqrt(0.8 * 0.2) + b * sqrt(0.85 * 0.15)) ** 2 / 0.05**2
    assert (size.psus - 1) * 40 < needed


def test_a_small_sample_still_gets_eight_degrees_of_freedom() -> None:
    size = size_for_margin(0.9, 0.10, clusters=Clusters(per_psu=100, strata=12))
    assert (size.psus, size.df) == (20, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": 0.92}, "no sample tells"),
        ({"expected": 1.0}, "expected: expected a share"),
        ({"deff": 0.0}, "deff"),
        ({"response_rate": 0.0}, "response_rate"),
        ({"population": 0.0}, "population"),
        ({"power": 0.3}, r"power of 0\.5 or more"),
        ({"deff": float("inf")}, "deff"),
        ({"expected": 0.9 + 1e-9}, "plan with a larger difference"),
    ],
)
def test_impossible_plans_are_refused_by_name(change: dict[str, float], message: str) -> None:
    with pytest.raises(PlanningError, match=message):
        size_to_decide(**{"expected": 0.92, "target": 0.90, **change})  # type: ignore[arg-type]


STRATA = [Stratum("东", 6000, 0.3), Stratum("西", 3000, 0.3), Stratum("港", 1000, 0.6)]


def test_neyman_allocation_follows_population_times_deviation() -> None:
    assert allocate(STRATA, 330, rule="neyman") == [180, 90, 60]


def test_strata_smaller_than_their_share_are_taken_whole_and_the_rest_is_shared() -> None:
    assert allocate([Stratum("a", 1000), Stratum("b", 1000), Stratum("c", 20)], 220, rule="equal") == [100, 100, 20]


def test_strata_without_variance_take_what_the_others_cannot() -> None:
    strata = [Stratum("a", 50, 0.4), Stratum("b", 100, 0.0), Stratum("c", 300, 0.0)]
    assert allocate(strata, 90, rule="neyman") == [50, 10, 30]


@given(
    populations=st.lists(st.integers(1, 5000), min_size=1, max_size=12),
    share=st.floats(0.01, 1.0),
    minimum=st.integers(0, 20),
    rule=st.sampled_from(["proportional", "neyman", "equal"]),
)
@settings(max_examples=100)
def test_allocation_always_adds_up_and_keeps_its_bounds(
    populations: list[int], share: float, minimum: int, rule: str
) -> None:
    strata = [Stratum(str(i), n, (1 + i) % 3) for i, n in enumerate(populations)]
    low = [min(minimum, n) for n in populations]
    total = max(sum(low), round(share * sum(populations)))
    sizes = allocate(strata, total, rule=rule, minimum=minimum)  # type: ignore[arg-type]
    assert sum(sizes) == total
    assert all(lo <= n <= high for lo, n, high in zip(low, sizes, populations, strict=True))


def test_allocation_that_cannot_fit_is_refused() -> None:
    with pytest.raises(PlanningError, match="total: expected between 300"):
        allocate(STRATA, 200, minimum=100)


@pytest.mark.parametrize("stratum", [("", 5, 1.0), ("a", 0, 1.0), ("a", 5, -1.0), ("a", 5, float("nan"))])
def test_a_stratum_without_name_people_or_deviation_is_refused(stratum: tuple[str, int, float]) -> None:
    with pytest.raises(PlanningError, match="stratum"):
        Stratum(*stratum)


def test_pps_takes_big_units_with_certainty_and_the_rest_in_proportion() -> None:
    stage = systematic_pps([1000, 10, 20, 30, 40], 3, np.random.default_rng(5))
    assert 0 in stage.chosen
    assert stage.probabilities.tolist() == pytest.approx([1.0, 0.2, 0.4, 0.6, 0.8])


def test_pps_inclusion_frequencies_equal_the_stated_probabilities() -> None:
    """6,000 draws: the standard error of a frequency is at most 0.0065; five of them are allowed."""
    rng = np.random.default_rng(11)
    sizes = np.array([5.0, 80, 12, 33, 60, 7, 19, 41])
    hits = np.zeros(8)
    for _ in range(6_000):
        stage = systematic_pps(sizes, 3, rng)
        assert len(stage.chosen) == 3
        hits[stage.chosen] += 1
    assert np.abs(hits / 6_000 - systematic_pps(sizes, 3, rng).probabilities).max() < 0.0325


@given(sizes=st.lists(st.floats(0.001, 1e6), min_size=1, max_size=40), seed=st.integers(0, 999), data=st.data())
@settings(max_examples=150)
def test_pps_always_draws_the_wanted_number_and_its_probabilities_add_up(
    sizes: list[float], seed: int, data: st.DataObject
) -> None:
    n = data.draw(st.integers(1, len(sizes)))
    stage = systematic_pps(sizes, n, np.random.default_rng(seed))
    assert len(set(stage.chosen.tolist())) == n
    assert stage.probabilities.sum() == pytest.approx(n, rel=1e-9)
    assert stage.probabilities.max() <= 1 + 1e-9


def test_equal_probability_draws_distinct_units() -> None:
    stage = equal_probability(10, 4, np.random.default_rng(2))
    assert len(set(stage.chosen.tolist())) == 4
    assert stage.probabilities.tolist() == [0.4] * 10


def frame() -> pd.DataFrame:
    rows = [
        ("N" if psu < 6 else "S", f"c{psu}", dwelling) for psu in range(12) for dwelling in range(30 + 15 * (psu % 4))
    ]
    return pd.DataFrame(rows, columns=["stratum", "psu", "dwelling"])


def test_two_stage_pps_gives_every_dwelling_of_a_stratum_the_same_probability() -> None:
    sample = draw_two_stage(frame(), {"N": 3, "S": 2}, 10, seed=7)
    assert len(sample) == 50
    for name, n in (("N", 3), ("S", 2)):
        dwellings = int((frame()["stratum"] == name).sum())
        pi = sample.loc[sample["stratum"] == name, "pi"]
        assert pi.to_numpy() == pytest.approx(np.full(len(pi), n * 10 / dwellings))
    assert sample.loc[sample["stratum"] == "N", "pop_psus"].unique().tolist() == [6]


def test_the_same_seed_draws_the_same_sample_and_another_seed_another() -> None:
    draws = [draw_two_stage(frame(), {"N": 3, "S": 3}, 8, seed=s, method="equal") for s in (1, 1, 2)]
    pd.testing.assert_frame_equal(draws[0], draws[1])
    assert set(draws[0].index) != set(draws[2].index)


def test_horvitz_thompson_totals_of_repeated_draws_average_to_the_truth() -> None:
    """Mean of 60 totals within four of its standard errors, for both methods of the first stage."""
    dwellings = frame()
    dwellings["y"] = dwellings["dwelling"] % 7 + dwellings["psu"].str[1:].astype(int)
    for method in ("pps", "equal"):
        totals = [
            float((s["y"] / s["pi"]).sum())
            for s in (
                draw_two_stage(dwellings, {"N": 2, "S": 3}, 9, seed=seed, method=method)  # type: ignore[arg-type]
                for seed in range(60)
            )
        ]
        assert abs(np.mean(totals) - dwellings["y"].sum()) < 4 * np.std(totals) / sqrt(60)


def test_small_communities_are_taken_whole() -> None:
    sample = draw_two_stage(frame(), {"N": 6, "S": 6}, 40, seed=3)
    small = sample[sample["pop_dwellings"] == 30]
    assert (small["pi_dwelling"] == 1.0).all()
    assert small.groupby("psu").size().eq(30).all()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: f.drop(columns="psu"), "missing psu"),
        (lambda f: pd.concat([f, f.iloc[:1]]), "listed twice"),
        (lambda f: f.assign(stratum=np.where(f["dwelling"] == 0, "N", f["stratum"])), "stands in two strata"),
        (lambda f: f[f["stratum"] == "N"], "no stratum S"),
        (lambda f: f.assign(dwelling=f["dwelling"].where(f["dwelling"] > 0)), "found empty ones"),
    ],
)
def test_faulty_frames_are_refused(damage: object, message: str) -> None:
    with pytest.raises(PlanningError, match=message):
        draw_two_stage(damage(frame()), {"N": 2, "S": 2}, 5, seed=1)  # type: ignore[operator]


def test_more_communities_than_there_are_is_refused_with_the_stratum() -> None:
    with pytest.raises(PlanningError, match="stratum S: n: expected 1 to 6"):
        draw_two_stage(frame(), {"S": 7}, 5, seed=1)


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_plan_sample_parser(parser.add_subparsers())
    namespace = parser.parse_args(["plan-sample", *arguments])
    code: int = namespace.handler(namespace)
    return code


def test_verb_plans_allocates_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strata, dwellings, out = tmp_path / "strata.csv", tmp_path / "frame.csv", tmp_path / "sample.csv"
    strata.write_text("stratum,population\nN,6000\nS,4000\n", encoding="utf-8")
    frame().to_csv(dwellings, index=False)
    code = run(
        *("--expected", "0.92", "--target", "0.90", "--deff", "1.8", "--population", "2000"),
        *("--response-rate", "0.6", "--strata", str(strata), "--json"),
        *("--frame", str(dwellings), "--psus", "3", "--dwellings", "10", "--seed", "9", "--out", str(out)),
    )
    assert code == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["respondents"], document["contacts"]) == (1080, 1800)
    assert [row["n"] for row in document["allocation"]] == [648, 432]
    drawn = pd.read_csv(out)
    assert len(drawn) == document["draw"]["dwellings"] == 60
    assert drawn["pi"].between(0, 1).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stratum,population\nA,many\n", "strata.csv line 2: expected a stratum"),
        ("stratum,population\nA,-5\n", "strata.csv line 2: expected a stratum"),
        ("name,size\nA,5\n", "strata.csv line 2: expected a stratum"),
        ("stratum,population\n", "strata.csv: expected at least one stratum"),
        ("stratum,population\nA,20\n", "total: expected between 0 (the minimum in every stratum) and 20"),
    ],
)
def test_verb_tells_faulty_strata_in_one_line(
    tmp_path: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    strata = tmp_path / "strata.csv"
    strata.write_text(text, encoding="utf-8")
    assert run("--expected", "0.9", "--margin", "0.05", "--strata", str(strata)) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"plan-sample: {message}")
    assert error.count("\n") == 1


def test_verb_refuses_files_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "strata.csv"
    file.write_bytes("stratum,population\n东,20\n".encode("gb18030"))
    assert run("--expected", "0.9", "--margin", "0.05", "--strata", str(file)) == 1
    assert "expected a CSV file in UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-Hans", "设计效应 design effect"), ("zh-Hant", "設計效應 design effect"), ("en", "\nrespondents ")],
)
def test_verb_speaks_three_languages(language: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--expected", "0.92", "--target", "0.90", "--language", language) == 0
    assert words in capsys.readouterr().out


def test_verb_shows_communities_and_degrees_of_freedom(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--expected", "0.9", "--margin", "0.03", "--per-psu", "20", "--strata-count", "4") == 0
    shown = capsys.readouterr().out
    assert "design effect          1.950" in shown
    assert "(df 37)" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--expected", "0.9"], "either --target or --margin"),
        (["--expected", "0.9", "--target", "0.9"], "no sample tells"),
        (["--expected", "0.9", "--target", "0.8", "--strata", "none.csv"], "none.csv"),
        (["--expected", "0.9", "--target", "0.8", "--frame", "f.csv"], "a draw needs --psus, --dwellings, --seed"),
    ],
)
def test_verb_tells_bad_input_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
