"""Ask an adapter who sends, and keep nothing but a one-way hash, which travels in the form's ticket. Step 3."""

import logging
from collections.abc import Mapping

from survey.actions.response.notice_signals import salt_of
from survey.exchange.wechat import WeChat
from survey.response.identity import IdentityUnknownError, SenderIdentity
from survey.response.trace import WHOLE_WAVE, TraceKind, digest_of
from survey.settings import Settings
from survey.storage import Storage

_log = logging.getLogger(__name__)


def sender_identity(settings: Settings) -> SenderIdentity | None:
    """The adapter that this installation has; None when it has none."""
    if not settings.wechat_app_id:
        return None
    return WeChat(
        settings.wechat_app_id, settings.wechat_secret, settings.wechat_authorize_url, settings.wechat_api_url
    )


def identify_sender(
    storage: Storage, key: str, identity: SenderIdentity, wave_id: str, parameters: Mapping[str, str]
) -> str:
    """The hash of the sender, keyed with `key` and the wave's salt; empty when the other service does not tell."""
    try:
        name = identity.identify(parameters)
    except IdentityUnknownError as error:
        _log.warning("a sender stays unknown: %s", error)
        return ""
    return digest_of(key, salt_of(storage, wave_id, WHOLE_WAVE), wave_id, TraceKind.PERSON, name)
