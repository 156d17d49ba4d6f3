"""The design in a plan: how the sample was drawn, base weights from its probabilities, replicates. Before step 5."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from analysis.plan_keys import Names, Part

LonelyPolicy = Literal["fail", "remove", "adjust", "average", "certainty"]
ReplicateType = Literal["none", "jk1", "jkn", "bootstrap", "brr", "given"]


class SecondStage(Part):
    """Units drawn within a PSU and their number in it; used when the first stage has an fpc."""

    psu: Names
    fpc: str


class Replicates(Part):
    """Replicate weights: made here from the design, or given as columns of the file."""

    type: ReplicateType = "none"
    columns: str | tuple[str, ...] | None = None
    scale: float | None = Field(default=None, ge=0)
    rscales: float | tuple[float, ...] | None = None
    combined: bool = True
    mse: bool = False
    number: int = Field(default=500, ge=2)
    seed: int = 1
    rho: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _given_needs_columns(self) -> Self:
        if self.type == "given" and not self.columns:
            raise ValueError("columns, as a pattern such as rep_* or a list of names")
        return self


class Selection(Part):
    """Base weights from the drawing: 1 / (psu · unit), times eligible / interviewed persons of a household.

    Columns: `psu` and `unit` (within the PSU) hold probabilities, `eligible` and `interviewed` numbers of persons.
    `cap` treats larger households as having so many eligible persons.
    """

    psu: str
    unit: str
    eligible: str | None = None
    interviewed: str | None = None
    cap: float | None = Field(default=None, ge=1)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.psu, self.unit, self.eligible, self.interviewed) if name)

    @model_validator(mode="after")
    def _household_whole(self) -> Self:
        if (self.interviewed or self.cap) and not self.eligible:
            raise ValueError("eligible as well, where interviewed or cap is given")
        return self


class DesignPlan(Part):
    """How the sample was drawn, in the words of R's svydesign."""

    weight: str | None = None
    selection: Selection | None = None
    strata: Names = ()
    psu: Names = ()
    nest: bool = True
    fpc: str | None = None
    second_stage: SecondStage | None = None
    lonely_psu: LonelyPolicy = "adjust"
    lonely_in_domains: bool = False
    replicates: Replicates = Replicates()

    @model_validator(mode="after")
    def _one_base_weight(self) -> Self:
        if self.weight and self.selection:
            raise ValueError("either weight or selection, not both")
        return self
