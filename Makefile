# `make help` says what there is.  Every target sets up first what it needs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

BIN := .venv/bin

# What `make report` reads and writes; further options of `reporter report` go into ARGS.
CAPTURE ?= captures/page-nginx-browser.pcapng
OUT ?= out/report
ARGS ?=

# In how many processes the tests run (one more than two cores: many wait for other programs), and what pytest is told;
# for one test: make test PYTEST_ARGS='-k handshake'
PYTEST_JOBS ?= 3
PYTEST_ARGS ?= -q

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: report
report: setup ## make the report for the sample capture (or CAPTURE=FILE OUT=NAME ARGS=...)
	@mkdir -p "$$(dirname "$(OUT)")"
	@$(BIN)/reporter report "$(CAPTURE)" -o "$(OUT).pdf" -o "$(OUT).html" $(ARGS)

.PHONY: test
test: setup-dev ## run the tests (PYTEST_ARGS=..., PYTEST_JOBS=3)
	@$(BIN)/python -m pytest -n $(PYTEST_JOBS) $(PYTEST_ARGS)

# How many mutated captures `make fuzz` tries, and from which seed on.
FUZZ ?= 10000
SEED ?= 0

.PHONY: fuzz
fuzz: setup-dev ## try FUZZ=10000 mutated captures from SEED=0 on; those that break it are kept in out/fuzz
	@$(BIN)/python -m tests.fuzz $(FUZZ) $(SEED)

.PHONY: golden
golden: setup-dev ## write the golden reports anew (tests/golden/README.md), after a change of the report that is meant
	@$(BIN)/python -m pytest -n $(PYTEST_JOBS) -q --update-golden tests/golden

.PHONY: check
check: setup-dev lint types layers ## format, lint, types, layers, tests: what must pass before a change goes in
	@$(BIN)/python -m pytest -n $(PYTEST_JOBS) $(PYTEST_ARGS)

.PHONY: format
format: setup-dev ## rewrite the Python files in the one format
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

.PHONY: lint
lint: setup-dev ## check format and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

.PHONY: types
types: setup-dev ## check the types
	@$(BIN)/mypy reporter tests benchmarks

.PHONY: layers
layers: setup-dev ## check who imports whom
	@$(BIN)/lint-imports --no-logo

.PHONY: setup
setup: ## install what is missing to run reporter
	@scripts/setup.sh

.PHONY: setup-dev
setup-dev:
	@scripts/setup.sh --dev

.PHONY: reference
reference: setup-dev ## write the examples and docs/reference anew, after rules, prose or captures have changed
	@$(BIN)/python scripts/examples.py
	@for script in scripts/reference*.py; do $(BIN)/python "$$script"; done

.PHONY: docs
docs: setup-dev ## build the documentation into build/site
	@for language in zh en; do DOCS_LANGUAGE=$$language $(BIN)/python -m sphinx -q -W -b html docs build/site/$$language; done
	@echo build/site/zh/index.zh.html build/site/en/index.en.html

# How large the captures are that `make bench` measures with: small (minutes) or full (an hour).
BENCH ?= small

.PHONY: bench
bench: setup-dev ## measure what reporter costs, against its floors, into benchmarks/RESULTS.md (BENCH=full)
	@$(BIN)/python -m benchmarks --size $(BENCH)

.PHONY: fast
fast: setup-dev ## compile the inner modules, so that `reporter explain` is quicker (a C compiler and Python's headers)
	@$(BIN)/python scripts/fast/build.py

.PHONY: lock
lock: ## write requirements/ anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@scripts/lock.sh $(ARGS)

.PHONY: dist
dist: setup ## build the sdist and the wheel in dist/
	@rm -rf dist
	@$(BIN)/python -m hatchling build -d dist

.PHONY: try
try: setup-dev ## install wheel and sdist each into an empty environment and make a report with it
	@scripts/check_dist.sh

.PHONY: clean
clean: ## remove everything that make has made
	@rm -rf .venv build dist out .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
