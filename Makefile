# `make build` and `make test` need Python 3.11 or newer with venv, git and make; they set up the rest in .venv.

VENV := .venv
BIN := $(VENV)/bin
WHEEL_VENV := .venv-wheel
# Each worker gets a contiguous half of the tests, so that few module fixtures are set up twice; who finishes first steals.
PYTEST_ARGS ?= -n auto --dist worksteal
# The tests start hundreds of Python processes: without bytecode each compiles the package again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help build test pytest stress lint golden docs bench bench-large bench-pages crash wheel wheel-environment wheel-test wheel-pytest clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

build: $(VENV)/.build ## install in place and compile the sample portfolio
	$(BIN)/modelyard build

test: lint pytest ## lint, check types and layers, run every test

pytest: $(VENV)/.dev ## run every test, and print the slowest twenty
	$(BIN)/python -m pytest --durations=20 $(PYTEST_ARGS)

stress: $(VENV)/.dev ## run many rounds of the tests that race processes, or try hostile input
	MODELYARD_TEST_ROUNDS=$${MODELYARD_TEST_ROUNDS:-200} $(BIN)/python -m pytest -n 0 -m races

lint: $(VENV)/.dev ## check with ruff (lint and format), mypy and import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	MYPYPATH=docs $(BIN)/mypy --explicit-package-bases docs/*.py
	$(BIN)/mypy tools/*.py
	MYPYPATH=bench $(BIN)/mypy --explicit-package-bases bench/*.py
	$(BIN)/lint-imports

golden: $(VENV)/.dev ## rewrite expected and generated files; read the diff
	$(BIN)/python -m pytest --update-goldens $(PYTEST_ARGS)

docs: $(VENV)/.dev ## rewrite the published schemas, the reference pages and the consoles of the guides
	$(BIN)/python -m compiler.spec.spec_schemas
	$(BIN)/python -m compiler.spec.type_stubs
	$(BIN)/python -m compiler.inventory.inventory_schema
	$(BIN)/python docs/generate.py
	$(BIN)/python -m pytest --update-goldens -m generated $(PYTEST_ARGS)

bench: $(VENV)/.dev ## measure the budgets of fleets up to 2,000 models, next to floors and other programs
	@status=0; for bench in bench/run.py bench/bench_*.py; do $(BIN)/python $$bench || status=1; done; exit $$status

# An interrupted run continues where it ended: what bench/results.jsonl has is not measured again. 100,000 models take hours and 20 GB.
BENCH_SIZES ?= 100 1000 10000 100000
BENCH_DATE ?= $(shell date +%F)
bench-large: $(VENV)/.dev ## measure all budgets and how cost grows to 100,000 models, and write docs/performance.md
	$(BIN)/python bench/run.py --date $(BENCH_DATE) --results bench/results.jsonl --exit-zero --large
	$(BIN)/python bench/run.py --date $(BENCH_DATE) --results bench/results.jsonl --exit-zero $(BENCH_SIZES:%=--growth %)
	$(BIN)/python bench/stage_profile.py bench/profile.json
	$(MAKE) bench-pages

bench-pages: $(VENV)/.dev ## write docs/performance.md and docs/guides/several-machines.md from the kept results
	$(BIN)/python bench/page.py
	$(BIN)/python bench/several_machines.py

crash: $(VENV)/.dev ## kill a thousand builds at random moments, and check that the next build needs no help
	$(BIN)/python bench/kill_builds.py $(CRASH_ARGS)

wheel: $(VENV)/.dev ## build the distributions in dist/
	rm -rf dist
	$(BIN)/python -m build --outdir dist

wheel-environment: wheel ## install the wheel in an environment of its own
	rm -rf $(WHEEL_VENV)
	$(BIN)/python -m venv $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile "$$(echo dist/*.whl)[test]"

wheel-test: wheel-environment ## install the wheel, remove the source, and run the tests that only a wheel can break
	$(MAKE) wheel-pytest

wheel-pytest: # the tests alone: `.ci/run` installs the wheel in the background
	PYTEST_ARGS="$(PYTEST_ARGS)" sh tests/wheel.sh $(WHEEL_VENV)

clean: ## remove generated files and caches
	rm -rf $(VENV) $(WHEEL_VENV) .venv-bench build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "making $(VENV) with $$($$python --version)"; exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo "Modelyard needs Python 3.11 or newer with its venv module; name one with: make PYTHON=/path/to/python" >&2; exit 1

# Installed again only when what is installed changed: the code itself is used in place. Python compiles the modules that are imported;
# pip would compile all of them, and the packages of tests are large.
$(VENV)/.build: $(VENV)/bin/python pyproject.toml compiler/__init__.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[kubernetes,secrets,sources]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml compiler/__init__.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev]'
	@touch $@ $(VENV)/.build
