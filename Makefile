# Needs python3 (3.11 or newer) and a package index; everything else is installed into .venv.

PORT ?= $(or $(PLENARY_PORT),8000)
DATA_DIR ?= $(or $(PLENARY_DATA_DIR),.plenary)
PYTHON ?= python3
JOBS ?= 2
ARGS ?=
SECONDS ?= 60
SEED ?=
ROUNDS ?= 1000
EXAMPLES ?= 200
STEPS ?= 50

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --prefer-binary --no-warn-script-location
ITSELF := $(PIP) install --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help install run test check fix migrate migration bench bench-growth overload torture rush model fuzz mutants lock

help: ## What there is to make
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/.dev ## Everything for work on Plenary, into .venv

run: .venv/.run ## Serve the demo [PORT=8000] [DATA_DIR=.plenary]; Ctrl-C stops it
	@exec $(BIN)/plenary serve --demo --port "$(PORT)" --data-dir "$(DATA_DIR)"

test: .venv/.dev ## All tests [JOBS=2] [ARGS="tests/api -k seats"]
	@$(BIN)/pytest -n $(JOBS) $(ARGS)

check: .venv/.dev ## Format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

fix: .venv/.dev ## Format, and repair what can be repaired
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

migrate: .venv/.run ## Bring the database up to date (PLENARY_DATABASE_URL, or the embedded one) [DATA_DIR=…]
	@exec $(BIN)/plenary migrate --data-dir "$(DATA_DIR)"

migration: .venv/.dev ## Draft a migration from the tables: make migration NAME="waitlist positions"
	@PYTHONWARNINGS=ignore $(BIN)/python -m migrations.draft "$(NAME)"

bench: .venv/.dev ## Measure, and print two tables
	@$(BIN)/python -m bench $(ARGS)

bench-growth: .venv/.dev ## Measure lists, searches, details at 1,000 and at 100,000 conferences
	@$(BIN)/python -m bench.growth $(ARGS)

overload: .venv/.dev ## Ten times as many clients as there are places, for a minute [ARGS="--rude 1"]
	@$(BIN)/python -m bench.overload $(ARGS)

torture: .venv/.dev ## Attack a whole installation, and audit it [SECONDS=60] [SEED=…] [ARGS="--sabotage seats"]
	@$(BIN)/python -m torture --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(ARGS)

rush: .venv/.dev ## Two hundred buyers for ten seats, again and again [ROUNDS=1000] [SEED=…] [ARGS="--sabotage seats"]
	@$(BIN)/python -m torture.rush --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED)) $(ARGS)

model: .venv/.dev ## Stories told to the service and to a model of it [EXAMPLES=200] [STEPS=50] [SEED=…]
	@MODEL_EXAMPLES=$(EXAMPLES) MODEL_STEPS=$(STEPS) $(BIN)/pytest tests/model -k agree $(if $(SEED),--hypothesis-seed=$(SEED)) $(ARGS)

fuzz: .venv/.dev ## Whatever nobody means to send, and schemathesis over every document [CASES=50000, in whole rounds of some 90,000]
	@TESTS_FUZZ=whole $(BIN)/pytest -n $(JOBS) tests/fuzz
	@$(BIN)/python -m tests.fuzz $(CASES)

mutants: .venv/.mutants ## Do the tests notice when a rule is changed? [ARGS="--missed"]
	@$(BIN)/python -m tests.mutants $(ARGS)

lock: .venv/.dev ## Compile the requirements anew [UPGRADE=--upgrade]
	@$(PIP) install uv
	$(COMPILE) --extra dev --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --extra mutants --output-file requirements-mutants.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --extra embedded --output-file requirements-embedded.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --output-file requirements.txt pyproject.toml
	@sed -n '/^requires = /s/.*"\(.*\)".*/\1/p' pyproject.toml > .venv/build.in
	$(COMPILE) --constraint requirements-dev.txt --output-file requirements-build.txt .venv/build.in

# Stamps: the second time takes no time. What serves is also part of what works on it.
.venv/.run: requirements-build.txt requirements-embedded.txt pyproject.toml | .venv/bin/pip
	@echo "Installing what serving needs (once) …"
	@$(INSTALL) -r requirements-build.txt -r requirements-embedded.txt
	@$(ITSELF)
	@touch $@

.venv/.dev: requirements-build.txt requirements-dev.txt pyproject.toml | .venv/bin/pip
	@echo "Installing what work on Plenary needs (once) …"
	@$(INSTALL) -r requirements-build.txt -r requirements-dev.txt
	@$(ITSELF)
	@touch .venv/.run $@

.venv/.mutants: requirements-mutants.txt .venv/.dev
	@$(INSTALL) -r requirements-mutants.txt
	@touch $@

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Plenary needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "No virtual environment could be made. On Debian: apt install python3-venv" >&2; exit 1; }
