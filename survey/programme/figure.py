"""Step 8: one figure as it may be shown, read from an entry of estimates.json. What may not be shown is not in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_REASONS = ("not publishable", "no answers", "denominator 0", "no degrees of freedom", "no stratum with two PSUs")
PUBLISHED_METHOD = "korn-graubard"  # the limits that decisions use; other methods stand in the file for comparison


class Decision(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    NONE = "none"  # no target, or a sample that decides nothing


@dataclass(frozen=True)
class Limits:
    """An interval: both limits in the unit of the figure, the confidence level in 0..1, the method's name."""

    lower: float
    upper: float
    level: float
    method: str


@dataclass(frozen=True)
class Figure:
    """The estimate of one indicator in one domain. `estimate`, limits and target in 0..1 (rate) or 0..100 (score).

    `n` counts the answers in the base. `limits` are ordered by level, so that the first one is the narrowest: at 90 %
    it is what the decision compares with the target. A figure that the publication rules hold back keeps its `n`, its
    flags and nothing else.
    """

    n: int
    publishable: bool
    flags: tuple[str, ...] = ()
    estimate: float | None = None
    limits: tuple[Limits, ...] = ()
    target: float | None = None
    operator: str | None = None
    decision: Decision = Decision.NONE
    point_meets: bool | None = None
    n_effective: float | None = None
    deff: float | None = None
    dk_share: float | None = None
    se: float | None = None

    @property
    def needs_review(self) -> bool:
        """Few degrees of freedom: the verdict stands, and a statistician should look at it."""
        return any(flag.startswith("review") for flag in self.flags)


def read_figure(entry: Mapping[str, Any]) -> Figure:
    """The figure of a probability sample. Raises `KeyError` when `entry` is no entry of estimates.json."""
    if not entry["publishable"] or entry["estimate"] is None:
        decision = Decision.NONE if entry["target"] is None else Decision.UNDETERMINED
        return Figure(n=entry["n_base"], publishable=False, flags=_silent(entry["flags"]), decision=decision)
    return Figure(
        n=entry["n_base"],
        publishable=True,
        flags=tuple(entry["flags"]),
        estimate=entry["estimate"],
        limits=_limits(entry["intervals"]),
        target=entry["target"],
        operator=entry["operator"],
        decision=Decision(entry["decision"]),
        point_meets=entry["point_meets"],
        n_effective=entry["n_effective"],
        deff=entry["deff"],
        dk_share=entry["dk_share"],
        se=entry.get("se"),
    )


def read_self_selected_figure(entry: Mapping[str, Any]) -> Figure:
    """The figure of open QR posters: people chose themselves, so it has no interval, effective n or verdict."""
    figure = read_figure(entry)
    return Figure(n=figure.n, publishable=figure.publishable, estimate=figure.estimate, dk_share=figure.dk_share)


def _silent(flags: Iterable[str]) -> tuple[str, ...]:
    """The flags that say why a figure is held back; "0 % or 100 %" beside an empty cell would give it away."""
    return tuple(flag for flag in flags if flag.startswith(_REASONS))


def _limits(intervals: Iterable[Mapping[str, Any]]) -> tuple[Limits, ...]:
    """One interval for each level: by the published method where there is one, else by the first of the file."""
    chosen: dict[float, Limits] = {}
    for found in intervals:
        if found["lower"] is None or found["upper"] is None:
            continue
        if found["level"] not in chosen or found["method"] == PUBLISHED_METHOD:
            chosen[found["level"]] = Limits(found["lower"], found["upper"], found["level"], found["method"])
    return tuple(chosen[level] for level in sorted(chosen))
