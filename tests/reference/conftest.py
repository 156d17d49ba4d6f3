"""Writes build/agreement.md when the comparisons with R are over."""

from tests.reference.agreement import keep


def pytest_sessionfinish() -> None:
    keep()
