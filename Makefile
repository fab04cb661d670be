# Needs make and Python 3.11, 3.12 or 3.13, nothing else: everything is installed into .venv.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-header
TOO_OLD := Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.11
NO_VENV := $(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv
PRODUCTION = SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(30))') \
	DATABASE_URL=postgres://u:p@127.0.0.1:1/x REDIS_URL=redis://127.0.0.1:1/0 ALLOWED_HOSTS=example.com TRUST_PROXY=on

OPERATORS = DJANGO_SETTINGS_MODULE=acommerce_status.operators_settings OPERATORS_BIND=0.0.0.0:8001 OPERATORS_ALLOWED_HOSTS=example.com

EMBEDDED = env -u SECRET_KEY -u DATABASE_URL -u REDIS_URL -u ALLOWED_HOSTS
# They need no database: docs and OpenAPI documents against code, and what holds for the whole repository
QUICK_TESTS := tests/acommerce_status/openapi/test_schema.py tests/docs/test_docs.py tests/docs/test_bounds.py tests/docs/test_promises_named.py tests/house

.DEFAULT_GOAL := help
.PHONY: help run test check format snapshots lock bench soak fuzz outages clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' $(firstword $(MAKEFILE_LIST))

run: .venv/.server ## Serve a demo that moves, until Ctrl-C [PORT=8000]
	@$(BIN)/python manage.py migrate -v 0
	@exec $(BIN)/python manage.py demo --port $(PORT)

test: .venv/.development ## Run all tests [ARGS="--engine sqlite -k token"]
	@exec $(BIN)/python -m tests $(ARGS)

check: .venv/.development .venv/.redocly ## Check style, types, imports, lengths, docs, migrations, contracts, settings
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > .venv/imports || { cat .venv/imports; exit 1; }
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py schema_snapshots --check
	@$(EMBEDDED) $(BIN)/python -m pytest -rs $(QUICK_TESTS)
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(PRODUCTION) $(OPERATORS) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/.development ## Rewrite the code in our format
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .

snapshots: .venv/.development ## Write the OpenAPI documents that are served
	$(BIN)/python manage.py schema_snapshots

lock: .venv/.development ## Pin what requirements*.in ask for [ARGS=--upgrade]
	$(COMPILE) $(ARGS) --output-file requirements.txt requirements.in
	$(COMPILE) $(ARGS) --output-file requirements-dev.txt requirements-dev.in
	$(COMPILE) $(ARGS) --output-file benchmarks/requirements-bench.txt benchmarks/requirements-bench.in

bench: .venv/.bench ## Measure beside other ways to build this; needs wrk and npm [QUICK=1]
	@exec $(BIN)/python -m benchmarks $(if $(QUICK),--quick,--write) $(ARGS)

soak: .venv/.development ## Poll and publish for long: memory, connections, errors [MINUTES=10]
	@exec $(BIN)/python -m benchmarks.soak --minutes $(or $(MINUTES),10)

fuzz: .venv/.development ## Make up many requests from the OpenAPI documents [EXAMPLES=1000]
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),1000) $(BIN)/python -m tests --engine postgres tests/promises/test_fuzz.py

outages: .venv/.development ## Kill, stop and cut off deliveries for a quarter of an hour
	@DELIVERY_LONG=1 DELIVERY_SEEDS=10 $(BIN)/python -m tests --engine postgres tests/promises/delivery $(ARGS)

clean: ## Remove all that the other targets made: .venv, caches, the demo's data
	rm -rf .venv var .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The files .venv/.* say what has been installed; a target that fails does not touch its file, and is made again.
.venv/.python:
	@command -v $(PYTHON) > /dev/null || { echo "$(TOO_OLD)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "$(TOO_OLD)")'
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "$(NO_VENV)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.server: requirements.txt .venv/.python
	@echo "Installing into .venv (once)"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt .venv/.server
	@echo "Installing into .venv what tests and checks need (once)"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

.venv/.redocly: tests/house/redocly/package-lock.json .venv/.python
	@mkdir -p .venv/redocly && cp tests/house/redocly/package.json tests/house/redocly/package-lock.json .venv/redocly/
	@npm ci --silent --prefix .venv/redocly && touch $@ || echo "Without npm, the OpenAPI documents are not linted"

.venv/.bench: benchmarks/requirements-bench.txt benchmarks/package-lock.json .venv/.development
	@echo "Installing into .venv the peers of the benchmark (once)"
	@$(INSTALL) -r benchmarks/requirements-bench.txt
	@mkdir -p .venv/npm && cp benchmarks/package.json benchmarks/package-lock.json .venv/npm/
	@npm ci --silent --prefix .venv/npm || echo "Without npm, PostgREST is left out"
	@touch $@
