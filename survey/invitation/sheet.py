"""Step 2, the sheets that codes are printed on. Letters have one form; a poster's code also fits smaller ones."""

from enum import StrEnum


class SheetError(ValueError):
    """What was chosen cannot be printed; the message says why."""


class Sheet(StrEnum):
    """A4: poster or letter. A5: counter. Card: an A4 folded to a tent with two equal faces. Labels: 24 on an A4."""

    A4 = "a4"
    A5 = "a5"
    CARD = "card"
    LABELS = "labels"

    @property
    def codes_per_page(self) -> int:
        return LABEL_COLUMNS * LABEL_ROWS if self is Sheet.LABELS else 1


LABEL_COLUMNS, LABEL_ROWS = 3, 8
