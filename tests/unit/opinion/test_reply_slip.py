"""The reply slip: nothing without consent, readable with the installation's key only, one length, no time of day."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from survey.opinion.form_ticket import FormTicketError, seal_new, unseal
from survey.opinion.reply_slip import ReplySlip, ReplySlipError, decrypt, encrypt

SLIP = ReplySlip("an-id", "w", "王女士", "someone@example.org", True, date(2026, 5, 18))


def test_slip_is_read_with_the_key_and_with_no_other() -> None:
    token = encrypt(SLIP, "the key")
    assert decrypt(token, "the key") == (SLIP.name, SLIP.contact)
    with pytest.raises(ReplySlipError, match="cannot be read with this SECRET_KEY"):
        decrypt(token, "another key")


def test_token_tells_neither_the_time_of_day_nor_the_length_of_the_name() -> None:
    short, long = (encrypt(replace(SLIP, name=name), "k") for name in ("王", "诸葛" * 20))
    assert len(short) == len(long)
    sent = int.from_bytes(base64.urlsafe_b64decode(short)[1:9])  # the format of Fernet: version, then the time
    assert datetime.fromtimestamp(sent, UTC) == datetime(2026, 5, 18, 12, tzinfo=UTC)


def test_nothing_is_made_without_consent_or_contact() -> None:
    with pytest.raises(ReplySlipError, match="separate consent"):
        replace(SLIP, consented=False)
    for contact in ("", "x" * 81):
        with pytest.raises(ReplySlipError, match="contact"):
            replace(SLIP, contact=contact)


def test_ticket_of_one_form_opens_no_other() -> None:
    sealed = seal_new("opinion", "w", "k")
    assert unseal("opinion", sealed, "k").wave == "w"
    assert unseal("opinion", sealed, "k").id != unseal("opinion", seal_new("opinion", "w", "k"), "k").id
    for kind, key in (("slip", "k"), ("opinion", "other")):
        with pytest.raises(FormTicketError):
            unseal(kind, sealed, key)
