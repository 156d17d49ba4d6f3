"""Step 8: one figure as it may be shown, read from an entry of estimates.json. What may not be shown is not in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Decision(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    NONE = "none"  # no target, or a sample that decides nothing


@dataclass(frozen=True)
class Figure:
    """The estimate of one indicator in one domain. `estimate`, limits and target in 0..1 (rate) or 0..100 (score).

    `n` counts the answers in the base. A figure that the publication rules hold back keeps its `n`, its flags and
    nothing else.
    """

    n: int
    publishable: bool
    flags: tuple[str, ...] = ()
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    method: str | None = None
    target: float | None = None
    operator: str | None = None
    decision: Decision = Decision.NONE
    point_meets: bool | None = None
    n_effective: float | None = None
    deff: float | None = None
    dk_share: float | None = None

    @property
    def needs_review(self) -> bool:
        """Few degrees of freedom: the verdict stands, and a statistician should look at it."""
        return any(flag.startswith("review") for flag in self.flags)


def read_figure(entry: Mapping[str, Any]) -> Figure:
    """The figure of a probability sample. Raises `KeyError` when `entry` is no entry of estimates.json."""
    held_back = Figure(n=entry["n_base"], publishable=False, flags=tuple(entry["flags"]))
    if not entry["publishable"] or entry["estimate"] is None:
        has_target = entry["target"] is not None
        return replace(held_back, decision=Decision.UNDETERMINED if has_target else Decision.NONE)
    return replace(
        held_back,
        publishable=True,
        estimate=entry["estimate"],
        lower=entry["lower"],
        upper=entry["upper"],
        level=entry["level"],
        method=entry["method"],
        target=entry["target"],
        operator=entry["operator"],
        decision=Decision(entry["decision"]),
        point_meets=entry["point_meets"],
        n_effective=entry["n_effective"],
        deff=entry["deff"],
        dk_share=entry["dk_share"],
    )


def read_self_selected_figure(entry: Mapping[str, Any]) -> Figure:
    """The figure of open QR posters: people chose themselves, so it has no interval, effective n or verdict."""
    figure = read_figure(entry)
    return Figure(n=figure.n, publishable=figure.publishable, estimate=figure.estimate, dk_share=figure.dk_share)
