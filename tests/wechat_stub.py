"""Stands in for WeChat's two addresses, over HTTP on the loopback: what the adapter meets when a wave switches it on.

`/authorize` sends the browser back with a code, as open.weixin.qq.com/connect/oauth2/authorize does; the API gives the
openid of a code once, and WeChat's error for any other: {"errcode": 40163, …}.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

APP_ID, SECRET = "wx-of-the-tests", "a secret of the tests"


class WeChatStub:
    """A running stub. `user`: the openid of who is using the telephone now; `asked`: the paths that were asked for."""

    def __init__(self) -> None:
        self.user = "openid-one"
        self.asked: list[str] = []
        self._codes: dict[str, str] = {}
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                stub.asked.append(parts.path)
                if parts.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", f"{query['redirect_uri']}?code={stub.new_code()}&state=")
                    self.end_headers()
                else:
                    self.answer(stub.token(query))

            def answer(self, body: dict[str, object]) -> None:
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                """Tests print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def new_code(self) -> str:
        code = f"code-{len(self._codes)}"
        self._codes[code] = self.user
        return code

    def token(self, query: dict[str, str]) -> dict[str, object]:
        expected = {"appid": APP_ID, "secret": SECRET, "grant_type": "authorization_code"}
        if {name: query.get(name) for name in expected} != expected:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        openid = self._codes.pop(query.get("code", ""), None)
        if openid is None:
            return {"errcode": 40163, "errmsg": "code been used"}
        return {"access_token": "unused", "expires_in": 7200, "openid": openid, "scope": "snsapi_base"}

    def __enter__(self) -> "WeChatStub":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
