# make run     the whole service desk on this machine, with demo data
# make test    everything a change must pass
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test lint fmt e2e bench seed check pictures messages services clean

VENV := .venv
PY := $(VENV)/bin/python
N ?= 100000
# Tests at the same time, each with a database of its own; 1 for one after the other.
WORKERS ?= 2
PORT ?= 8000
export PORT

# Without compiled files every start costs seconds.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# One stamp per lock; test.txt holds all of base.txt.
BASE_STAMP := $(VENV)/.base
TEST_STAMP := $(VENV)/.test

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

run: $(BASE_STAMP) ## start everything; PORT=8001 HELPDESK_DATA=folder for a second one
	@exec $(PY) manage.py up

services: $(BASE_STAMP) ## only PostgreSQL and Valkey, for other commands beside
	@exec $(PY) manage.py up --services-only

test: $(TEST_STAMP) ## linters, types, layers and the whole test suite; WORKERS=4 on a larger machine
	@$(MAKE) --no-print-directory lint
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(TEST_STAMP) ## ruff, mypy, import-linter, djlint
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PY) -m mypy
	PYTHONPATH=. $(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/djlint templates --lint --quiet

fmt: $(TEST_STAMP) ## format the code
	$(VENV)/bin/ruff check --fix --exit-zero .
	$(VENV)/bin/ruff format .

e2e: $(TEST_STAMP) ## only the browser tests
	$(PY) -m pytest tests/e2e

bench: $(TEST_STAMP) ## measure against the floor, write docs/benchmarks.md
	$(PY) -m tests.benchmarks

seed: $(BASE_STAMP) ## fill the running installation with N tickets (N=100000)
	$(PY) manage.py seed --tickets $(N)

check: $(BASE_STAMP) ## settings, migrations and stored data of the running installation
	$(PY) manage.py check --database default
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check_invariants

pictures: $(TEST_STAMP) ## take the screenshots of the README anew
	PYTHONPATH=. $(PY) -m tests.pictures

messages: $(BASE_STAMP) ## extract and compile the translations
	$(PY) manage.py messages

clean: ## remove the environment; the data in var/ stays
	rm -rf $(VENV)

# A stamp holds the hash of its lock: unlike a time it survives copies and checkouts.
$(BASE_STAMP): FORCE
	@sh .ci/setup base

$(TEST_STAMP): FORCE
	@sh .ci/setup test

FORCE:
