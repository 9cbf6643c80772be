# `make demo` and `make test` set up whatever is missing, once.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

# Bytecode is compiled once, at installation: without it each start would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help setup demo data test test-all up down bench simulate faults lint lock sbom

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## create .venv from the hashed lock

.venv/.ready: infra/requirements.txt pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11, 3.12 or 3.13, or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Evergreen needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is %d.%d: name another: make $(MAKECMDGOALS) PYTHON=python3.12" % v)'
	@"$(PYTHON)" infra/install.py
	@# So that `dvc repro` finds its pins, and can say which command brings the data.
	@EVERGREEN_STORE= $(BIN)/evergreen fetch >/dev/null
	@touch $@

demo: setup up ## the year 2013, month by month, through a real deployment
	@. build/stack/env && $(BIN)/python infra/demo.py $(ARGS)

test: lint ## lint, and every test but the long ones
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile $(ARGS)

test-all: setup ## every test, the long ones too
	@$(BIN)/python -m pytest -q -m '' $(ARGS)

up: setup ## start the local stack: object store, Prefect, a worker
	@$(BIN)/python infra/stack.py up

down: setup ## stop what `make up` started; the data stays
	@$(BIN)/python infra/stack.py down

data: setup ## the example's first months, in a local-directory store, for `dvc repro`
	@EVERGREEN_STORE= $(BIN)/python infra/example/produce.py --store store --months 2013-01..2013-04
	@EVERGREEN_STORE= $(BIN)/evergreen intake
	@EVERGREEN_STORE= $(BIN)/evergreen fetch

bench: setup ## speed against the bare loop; ARGS=--quick for a smaller size
	@PYTHONPATH=.:tests:infra $(BIN)/python -m benchmarks.run $(ARGS)

simulate: setup ## how often the decision errs; ARGS=--quick for a smaller size
	@PYTHONPATH=.:tests:infra $(BIN)/python -m simulations.run $(ARGS)

faults: setup ## crash it, and check that nothing is lost
	@$(BIN)/python -m pytest -m long tests/faults $(ARGS)

lint: setup ## style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/mypy infra
	@$(BIN)/lint-imports

sbom: setup ## build/sbom.json: what is installed, as CycloneDX, from the lock
	@$(BIN)/python infra/sbom.py $(ARGS)

lock: setup ## resolve infra/requirements.txt anew from pyproject.toml; ARGS=--upgrade for newer versions
	@$(BIN)/python infra/install.py --lock $(ARGS)
