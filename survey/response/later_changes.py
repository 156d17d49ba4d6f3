"""What happened to the answers of a wave after an analysis began, so that its figures do not know of it. Step 8."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LaterChanges:
    """Answers that came, were changed, were withdrawn, or count differently after a review; each is in one of them."""

    received: int = 0
    changed: int = 0
    withdrawn: int = 0
    reviewed: int = 0

    def __post_init__(self) -> None:
        if min(self.received, self.changed, self.withdrawn, self.reviewed) < 0:
            raise ValueError(f"later changes: expected counts of 0 or more, found {self}")

    @property
    def total(self) -> int:
        return self.received + self.changed + self.withdrawn + self.reviewed
