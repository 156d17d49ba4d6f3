"""The weighting steps of a plan: nonresponse adjustment, calibration to population totals, trimming. Before step 5."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from analysis.plan_keys import Names, Part, nested_code_keys


class Margin(Part):
    """Known population totals: by the levels of columns (inline or from a file), or of a numeric column."""

    by: Names = ()
    totals: Annotated[dict[str, Any], BeforeValidator(nested_code_keys)] | None = None
    file: str | None = None
    numeric: str | None = None
    total: float | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.numeric is not None:
            if self.total is None or self.by or self.totals or self.file:
                raise ValueError("numeric with total and nothing else")
        elif not self.by or (self.totals is None) == (self.file is None):
            raise ValueError("`by` with either `totals` or `file`, or `numeric` with `total`")
        return self


class CalibrationStep(Part):
    """One adjustment of the weights to population totals."""

    method: Literal["poststratify", "rake", "linear", "raking", "logit"]
    missing: Literal["fail", "keep"] = "fail"
    margins: tuple[Margin, ...] = Field(min_length=1)
    tolerance: float = Field(default=1e-10, gt=0)
    max_iterations: int = Field(default=1000, ge=1)
    bounds: tuple[float, float] | None = None
    negative: Literal["fail", "allow"] = "fail"

    @model_validator(mode="after")
    def _method_fits(self) -> Self:
        distances = self.method in {"linear", "raking", "logit"}
        if self.method == "poststratify" and len(self.margins) != 1:
            raise ValueError("exactly one margin for poststratify")
        if not distances and any(margin.numeric for margin in self.margins):
            raise ValueError("numeric margins only with linear, raking or logit")
        if not distances and self.bounds is not None:
            raise ValueError("bounds only with linear, raking or logit")
        if self.method == "logit" and self.bounds is None:
            raise ValueError("bounds for logit, such as [0.3, 3.0]")
        if self.bounds is not None and not (0 <= self.bounds[0] < 1 < self.bounds[1]):
            raise ValueError("bounds [L, U] with 0 <= L < 1 < U")
        return self


class TrimStep(Part):
    """Bounds on the weights themselves; what is cut off is shared by the untrimmed rows."""

    method: Literal["trim"]
    lower: float = 0.0
    upper: float = float("inf")
    strict: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 0 <= self.lower < self.upper:
            raise ValueError("0 <= lower < upper")
        return self


class NonresponseStep(Part):
    """Respondents of a class take over the weight of those like them who did not answer; always the first step.

    `status`: column with respondent, nonrespondent, ineligible or unknown eligibility; `classes`: columns, the one to
    give up first at the end; classes with fewer than `minimum` respondents or a factor above `maximum` are merged.
    """

    method: Literal["nonresponse"]
    status: str
    classes: Names = Field(min_length=1)
    minimum: int = Field(default=20, ge=1)
    maximum: float = Field(default=4.0, gt=1)


Step = Annotated[NonresponseStep | CalibrationStep | TrimStep, Field(discriminator="method")]
