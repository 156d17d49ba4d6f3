"""A browser without cookies for tests of residents' pages: every page it sees is inspected."""

import dataclasses
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.page import WebPage, inspect


@dataclasses.dataclass
class Visitor:
    """A browser without cookies. `page` is the last page it saw, inspected; `response` the last response."""

    app: Flask
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    response: TestResponse | None = None

    def get(self, address: str, status: int = 200) -> WebPage:
        return self._take(self.client().get(address, headers=self.headers), status)

    def post(self, address: str, values: dict[str, Any], status: int = 200) -> WebPage:
        return self._take(self.client().post(address, data=values, headers=self.headers), status)

    def follow(self) -> WebPage:
        """Go where the last response, a redirect, leads."""
        assert self.response is not None
        assert self.response.status_code == 303, f"expected a redirect, found {self.response.status_code}"
        return self.get(self.response.headers["Location"])

    def client(self) -> Any:
        return self.app.test_client(use_cookies=False)

    def _take(self, response: TestResponse, status: int) -> WebPage:
        self.response = response
        html = response.get_data(as_text=True)
        assert response.status_code == status, f"{response.status_code} instead of {status}: {html[:600]}"
        assert "Set-Cookie" not in response.headers
        return WebPage() if status == 303 else inspect(html)
