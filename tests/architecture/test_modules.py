"""Rules of the house that a linter does not know: every module says what it is, and the web process starts light."""

import ast
import subprocess
import sys
from pathlib import Path

from survey.settings import PROJECT

FOLDERS = ("survey", "analysis", "tests")
GENERATED = PROJECT / "survey" / "storage" / "migrations" / "versions"
HEAVY = {
    "pandas",
    "numpy",
    "scipy",
    "pyarrow",
    "reportlab",
    "alembic",
    "lark",
    "opencc",
    "pyreadstat",
    "pyxform",
    "rjieba",
    "resvg_py",
}
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "manager.py", "misc.py"}


def modules() -> list[Path]:
    """Every module of the project, relative to its root."""
    found = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py") if GENERATED not in path.parents]
    return sorted(path.relative_to(PROJECT) for path in found)


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse((PROJECT / path).read_text(encoding="utf-8"))) or ""


def test_all_folders_are_looked_at() -> None:
    looked_at = {path.parts[0] for path in modules()}
    assert looked_at == set(FOLDERS)
    assert len(modules()) > 100


def test_every_module_with_code_says_what_it_is() -> None:
    silent = [str(path) for path in modules() if (PROJECT / path).stat().st_size and not docstring(path)]
    assert silent == []


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [str(path) for path in modules() if path.name in FORBIDDEN_NAMES] == []


def test_application_starts_without_the_libraries_of_analysis_export_and_authoring() -> None:
    program = "import sys, survey.app; survey.app.create_app(); print(*sys.modules)"
    loaded = run(program)
    assert "flask" in loaded
    assert sorted(HEAVY & loaded) == []


def test_analysis_runs_without_the_application() -> None:
    loaded = run("import sys, analysis.pipeline; print(*sys.modules)")
    assert "analysis.pipeline" in loaded
    assert sorted({"survey", "flask", "sqlalchemy", "jinja2"} & loaded) == []


def run(program: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after `program`."""
    finished = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    return set(finished.stdout.split())
