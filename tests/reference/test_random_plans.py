"""A few random plans by us and by R's survey alone, to 1e-6; many more by `python -m tests.reference.random_plans`."""

import shutil
from pathlib import Path

import pytest

from tests.reference.random_plans import compare

pytestmark = pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")


def test_random_plans_agree_with_r(tmp_path: Path) -> None:
    agreement = compare(range(1, 9), tmp_path)
    assert not agreement.differing
    assert sum(agreement.compared.values()) > 2000
