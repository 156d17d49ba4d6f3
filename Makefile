# Two commands for everyone: `make run` starts Minyi with a demo district, `make test` checks everything.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard survey/translations/*/*/LC_MESSAGES/*.po))

.PHONY: run test lint lock system-packages clean

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Minyi needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Name another one with: make run PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

%.mo: %.po $(VENV)/.runtime
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

run: $(VENV)/.runtime $(CATALOGUES)
	PORT=$(PORT) $(BIN)/python -m survey.cli.serve

system-packages:
	sh tests/install_system_packages.sh

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.development system-packages lint
	$(BIN)/python -m pytest -n 2

lock:
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt requirements.in
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements-dev.txt requirements-dev.in

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
