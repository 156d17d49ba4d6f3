"""`.env.example` names every setting that the application reads, and no other."""

import re

from survey.settings import PROJECT

_READ = re.compile(r'values(?:\.get\(|, )"([A-Z_]+)"')
_WRITTEN = re.compile(r"^([A-Z_]+)=", re.MULTILINE)


def test_the_example_names_every_setting_once_and_no_other() -> None:
    read = set(_READ.findall((PROJECT / "survey" / "settings.py").read_text()))
    written = _WRITTEN.findall((PROJECT / ".env.example").read_text())
    assert len(read) > 10
    assert sorted(written) == sorted(read)
