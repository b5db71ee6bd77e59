# The few commands a person types. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo up test check lock clean

help:  ## Show this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1|/' | column -t -s '|'

setup: $(READY)  ## Create .venv and install what requirements.lock pins.

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11 to 3.13 is needed; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the packages of requirements.lock (a few minutes the first time)"
	@$(BIN)/pip install --disable-pip-version-check --no-deps --require-hashes --progress-bar on -r requirements.lock \
	  | awk '/^(Collecting|Downloading|Using cached|Installing)/ { n += /^Collecting/; printf "\r  %d packages", n; fflush() } END { print "" }'; \
	  test $${PIPESTATUS[0]} -eq 0
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## Run the learning loop once on the sample data and print what was learned.
	@$(BIN)/mhc demo

up: $(READY)  ## Keep everything running: Dagster UI on :3000, chat and API on :8000.
	@$(BIN)/mhc up

test: $(READY)  ## Run all tests.
	@$(BIN)/pytest

check: $(READY)  ## Format, lint, types, import directions.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

lock: $(READY)  ## Pin the newest versions that pyproject.toml allows.
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --all-extras \
	  pyproject.toml --output-file requirements.lock

clean:  ## Remove the virtual environment and caches. Data in .mhc stays.
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
