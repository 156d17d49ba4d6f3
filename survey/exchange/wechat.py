"""WeChat tells its users apart: OAuth 2 with scope snsapi_base, silent, no name and no picture. Off by default.

developers.weixin.qq.com, "网页授权": GET connect/oauth2/authorize, then GET sns/oauth2/access_token, whose `openid` is
one user towards one official account.
"""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from survey.response.identity import IdentityUnknownError

_SECONDS = 3.0  # a resident waits for this
_LONGEST_ANSWER = 10_000


@dataclass(frozen=True)
class WeChat:
    """One official account; `authorize_url` and `api_url` are WeChat's own unless a test stands in for it."""

    app_id: str
    secret: str
    authorize_url: str
    api_url: str

    def address_to_ask(self, back: str) -> str:
        query = {"appid": self.app_id, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base"}
        return f"{self.authorize_url}?{urlencode(query)}#wechat_redirect"

    def identify(self, parameters: Mapping[str, str]) -> str:
        """The openid that belongs to the `code` WeChat sent along. Raises `IdentityUnknownError`."""
        code = parameters.get("code", "")
        if not code:
            raise IdentityUnknownError("WeChat sent no code")
        query = {"appid": self.app_id, "secret": self.secret, "code": code, "grant_type": "authorization_code"}
        address = f"{self.api_url}/sns/oauth2/access_token?{urlencode(query)}"
        try:
            with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - the address is a setting
                told = json.loads(answer.read(_LONGEST_ANSWER))
        except (OSError, ValueError) as error:
            raise IdentityUnknownError(f"WeChat did not answer: {type(error).__name__}") from error
        openid = told.get("openid") if isinstance(told, dict) else None
        if not isinstance(openid, str) or not openid:
            raise IdentityUnknownError(f"WeChat gave no openid (errcode {told.get('errcode', '?')})")
        return openid
