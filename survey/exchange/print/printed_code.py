"""Step 2, one page to be printed. Apart from the drawing, so that a web process need not load the PDF library."""

from dataclasses import dataclass

from survey.invitation.invitation import Invitation


@dataclass(frozen=True)
class PrintedCode:
    """One page: the invitation, the address that its QR code holds, and where it belongs in words (zh, en).

    `recipient`: the postal address of a merged letter, on paper only; empty where any letter may go to any dwelling.
    """

    invitation: Invitation
    url: str
    area: str
    area_en: str
    recipient: str = ""
