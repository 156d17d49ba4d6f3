"""Send a reply slip: encrypted, in a table of its own, joined to no answer; slips past their time are deleted."""

from datetime import date

from survey.opinion.reply_slip import KEPT, ReplySlip, encrypt
from survey.storage import Storage
from survey.storage.opinions import ReplySlipRow, delete_slips_before, save_slip


def send_reply_slip(storage: Storage, slip: ReplySlip, secret_key: str) -> None:
    """Store the slip; one that is sent again takes the place of the first, so that a wrong number can be corrected."""
    row = ReplySlipRow(slip_id=slip.id, wave=slip.wave, sent_on=slip.sent_on, content=encrypt(slip, secret_key))
    with storage.write() as session:
        delete_slips_before(session, slip.sent_on - KEPT)
        save_slip(session, row)


def delete_old_slips(storage: Storage, today: date) -> int:
    """Keep the promise of the notice also when nobody writes any more; how many were deleted."""
    with storage.write() as session:
        return delete_slips_before(session, today - KEPT)
