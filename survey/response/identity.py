"""An adapter that tells senders apart by an account they have elsewhere: what any such adapter must be able to do.

None is needed and none is on by default. What it returns is hashed at once and never stored as it is.
"""

from collections.abc import Mapping
from typing import Protocol


class IdentityUnknownError(RuntimeError):
    """The other service did not say who it is; the answer is taken all the same."""


class SenderIdentity(Protocol):
    def address_to_ask(self, back: str) -> str:
        """Where the browser is sent; the other service sends it on to `back` (absolute) with parameters of its own."""

    def identify(self, parameters: Mapping[str, str]) -> str:
        """A name of the sender that is always the same for the same one. Raises `IdentityUnknownError`."""
