"""Nonresponse adjustment as a weighting step on class totals, and its share in the variance. Step 5.

Which classes are merged is decided once, on the sample; factors are made anew in every replicate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.fault import Fault, FaultsFound, shortened
from analysis.frame import Bools, Floats, Frame, Ints
from analysis.plan_weighting import NonresponseStep
from analysis.weights.classes import Classes, Grouping

STATUSES = ("respondent", "nonrespondent", "ineligible", "unknown eligibility")
RESPONDENT, NONRESPONDENT, INELIGIBLE, UNKNOWN = range(4)


@dataclass(frozen=True)
class Response:
    """Who answered: `status` and adjustment class of every row, both (n,); what the classes are called."""

    status: Ints
    group: Ints
    labels: tuple[str, ...]
    collapsed: tuple[str, ...]

    @property
    def answered(self) -> Bools:
        return np.asarray(self.status == RESPONDENT)


def read_response(plan: NonresponseStep, key: str, frame: Frame, base: Floats) -> Response:
    """Statuses and classes of all sampled cases, thin classes merged. Raises FaultsFound."""
    import pandas as pd

    from analysis.weights.nonresponse import NonresponseError, adjust_for_nonresponse

    column = frame.column(plan.status)
    strange = [label for label in column.labels if label not in STATUSES]
    if strange or column.missing.any():
        found = shortened(strange) or f"{int(column.missing.sum())} missing"
        raise FaultsFound([Fault(frame.file, f"column {plan.status}", f"one of {', '.join(STATUSES)}", found)])
    status = np.array([STATUSES.index(label) for label in column.labels], dtype=np.int64)[column.codes]
    classes = {name: frame.column(name) for name in plan.classes}
    faults = [
        Fault(frame.file, f"column {name}", f"a class for every case (for {key})", f"{int(of.missing.sum())} missing")
        for name, of in classes.items()
        if of.missing.any()
    ]
    if faults:
        raise FaultsFound(faults)
    table = pd.DataFrame({name: np.array(of.labels)[of.codes] for name, of in classes.items()})
    try:
        found_classes = adjust_for_nonresponse(
            base, np.array(STATUSES)[status], table, minimum_respondents=plan.minimum, maximum_factor=plan.maximum
        )
    except NonresponseError as error:
        what, _, rest = str(error).partition(": expected ")
        wanted, _, found = rest.partition(", found ")
        raise FaultsFound([Fault(frame.file, f"{key}, {what}", wanted or what, found or "others")]) from error
    labels = tuple(found_classes.classes["class"].tolist())
    return Response(status, found_classes.codes, labels, found_classes.collapsed)


@dataclass(frozen=True)
class ResponseStep:
    """The step on calibration classes, all rows of which have one status and one adjustment class.

    With sums E (respondents and nonrespondents), R (respondents), I (ineligible) and U (unknown eligibility) of base
    weights in an adjustment class, respondents are multiplied by (E + I + U)/(E + I) · E/R, all others by 0.
    """

    status: Ints
    grouping: Grouping

    @classmethod
    def of(cls, response: Response, classes: Classes) -> ResponseStep:
        """`classes` split by status and adjustment class, last of all."""
        status, group = classes.splits[-2:]
        return cls(status, Grouping(group, len(response.labels)))

    def _sums(self, totals: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """R, E, I, U of every adjustment class, each (groups, k)."""
        by = [self.grouping.sums(np.where((self.status == one)[:, None], totals, 0.0)) for one in range(len(STATUSES))]
        return by[RESPONDENT], by[RESPONDENT] + by[NONRESPONDENT], by[INELIGIBLE], by[UNKNOWN]

    def factors(self, totals: Floats) -> tuple[Floats, bool]:
        """Factors of class totals (classes, k), and whether every adjustment class still has respondents."""
        r, e, i, u = self._sums(totals)
        with np.errstate(divide="ignore", invalid="ignore"):
            of_group = (e + i + u) / (e + i) * e / r
        fine = bool((np.isfinite(of_group) | (e + i + u == 0)).all())
        of_group = np.where(np.isfinite(of_group), of_group, 0.0)
        return np.where((self.status == RESPONDENT)[:, None], of_group[self.grouping.level], 0.0), fine

    def influence(self, base: Floats) -> tuple[Floats, Floats]:
        """What a row adds to the influence beside w e, per base weight and mean of its class: (classes,), and sums.

        The adjusted total is mean of the respondents times N E/(E + I), N = E + I + U. Its derivatives by the base
        weight of a case, over the mean: eligible E/(E+I) + N I/(E+I)², ineligible -E U/(E+I)², unknown E/(E+I);
        a respondent takes away its own factor, because the mean is made of the respondents. The second result is
        the adjusted weight of the respondents, the denominator of that mean, shape (groups,).
        """
        r, e, i, u = (part[:, 0] for part in self._sums(base[:, None]))
        with np.errstate(divide="ignore", invalid="ignore"):
            known = e + i
            eligible = e / known + (known + u) * i / known**2
            of_status = np.stack([eligible, eligible, -e * u / known**2, e / known])
            factor = (known + u) / known * e / r
        own = np.nan_to_num(of_status[self.status, self.grouping.level])
        taken = np.where(self.status == RESPONDENT, np.nan_to_num(factor)[self.grouping.level], 0.0)
        return own - taken, np.nan_to_num(factor * r)
