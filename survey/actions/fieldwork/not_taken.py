"""A record from a device that has to wait for a person, and why."""

from survey.fieldwork.device import KeptReason


class NotTakenError(ValueError):
    """The record cannot be taken as it is; `reason` says why."""

    def __init__(self, reason: KeptReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
