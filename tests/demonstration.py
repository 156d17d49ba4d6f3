"""The demonstration district as a database file that tests copy: real answers, really analysed."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from survey.actions.demo.load_demo import load_demo
from survey.actions.demo.survey_wave import WAVE
from survey.settings import read_settings
from survey.storage import Storage

SECRET_KEY = "a key of the tests, never of an installation"
DISTRICT_ANALYST, STREET_ANALYST = "analyst@chunhe.example", "analyst.chenghe@chunhe.example"
OFFICE, SUPERVISOR, UNIT = "office@chunhe.example", "supervisor@chunhe.example", "health@chunhe.example"
STREET, OTHER_STREET = "990101001", "990101002"

__all__ = ["WAVE", "Demonstration", "load_demonstration"]


@dataclass(frozen=True)
class Demonstration:
    """`database`: the file; `passwords`: by e-mail; `poster`: the code of one poster."""

    database: Path
    passwords: dict[str, str]
    poster: str

    def copy_to(self, folder: Path) -> str:
        """The URL of a copy that a test may change."""
        shutil.copy(self.database, folder / "survey.db")
        return f"sqlite:///{folder / 'survey.db'}"


def load_demonstration(template: Path, folder: Path) -> Demonstration:
    path = folder / "survey.db"
    shutil.copy(template, path)
    url = f"sqlite:///{path}"
    settings = read_settings({"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "SURVEY_VAR": str(folder)})
    storage = Storage(url)
    loaded = load_demo(storage, settings, datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
    with storage.engine.connect() as connection:  # everything into the one file that is copied
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    storage.close()
    return Demonstration(path, {one.email: one.password for one in loaded.sign_ins}, loaded.poster)
