# Tongxin 同心. `make` prints the targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
DATA   ?= $(CURDIR)/var
PORT   ?= 8000
CITY   ?= city/binzhou
VENV   := .venv
BIN    := $(VENV)/bin
export TONGXIN_DATA := $(abspath $(DATA))

.PHONY: help install install-dev start stop test lint bench faults
help:            ## print the targets
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 16

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed        ## build .venv with the console command `tongxin`
install-dev: $(VENV)/.installed-dev ## the same with the tools for tests and checks

start: install   ## a working sample city on http://127.0.0.1:8000 (PORT=, DATA=, CITY= can be given)
	@TONGXIN_DEMO=$${TONGXIN_DEMO-1} exec $(BIN)/tongxin up --port $(PORT) --city $(CITY)

stop: install    ## stop the embedded database of DATA
	@$(BIN)/tongxin stop

test: install-dev ## the whole suite, database included
	$(BIN)/python -m pytest

lint: install-dev ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

ROUNDS ?= 200
SEED   ?= $(shell od -An -N3 -tu4 /dev/urandom)
faults: install-dev ## kill at random under load, look at everything (ROUNDS=, SEED= can be given); docs/faults.md
	$(BIN)/python -m tests.faults --rounds $(ROUNDS) --seed $(SEED) --json $(DATA)/faults.json --markdown $(DATA)/faults.md

bench: install-dev ## figures beside their limits, with history and plot (NAMES="case list20"; about an hour for all)
	$(BIN)/tongxin bench $(NAMES)
