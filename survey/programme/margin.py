"""Population margins: how many people live in a street, by sex and age band (常住人口)."""

from dataclasses import dataclass

SEXES = ("1", "2")
AGE_BANDS = ("16-29", "30-44", "45-59", "60-64", "65+")


@dataclass(frozen=True)
class Margin:
    """One cell of the published population table; `total` counts people of the wave's population."""

    area: str
    sex: str
    age_band: str
    total: float

    def __post_init__(self) -> None:
        if self.sex not in SEXES:
            raise ValueError(f"margin of {self.area}: sex: expected one of {', '.join(SEXES)}, found {self.sex!r}")
        if self.age_band not in AGE_BANDS:
            raise ValueError(
                f"margin of {self.area}: age band: expected one of {', '.join(AGE_BANDS)}, found {self.age_band!r}"
            )
        if not self.total >= 0:
            raise ValueError(f"margin of {self.area}: total: expected a number of people, found {self.total!r}")
