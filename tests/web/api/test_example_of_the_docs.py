"""The notebook example of docs/api.md is run as it stands there, against a server."""

import os
import re
import subprocess
import sys
from pathlib import Path

from survey.accounts.service_token import Scope
from survey.actions.accounts.issue_service_token import issue_service_token
from survey.storage import Storage
from tests.demonstration import Demonstration
from tests.factories import NOW
from tests.live_server import PROJECT, LiveServer
from tests.web.api.test_read_api import DISTRICT, NEXT_YEAR


def test_the_example_reads_figures_and_every_answer(demonstration: Demonstration, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "api.md").read_text(), re.DOTALL)
    url = demonstration.copy_to(tmp_path)
    storage = Storage(url)
    scopes = (Scope.RESULTS, Scope.RESPONSES)
    _, token = issue_service_token(
        storage, name="notebook", scopes=scopes, area=DISTRICT, valid_until=NEXT_YEAR, now=NOW, actor="test"
    )
    storage.close()
    with LiveServer(url, tmp_path) as server:
        environment = os.environ | {"MINYI_URL": server.url, "MINYI_TOKEN": token}
        ran = subprocess.run(
            [sys.executable, "-c", example], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"^990101\s+0\.\d+", ran.stdout, re.MULTILINE), "a rate of the district"
    assert re.search(r"^prob\s+\d{3,}", ran.stdout, re.MULTILINE)
