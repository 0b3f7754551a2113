# What can be done here. `make` alone lists it. PYTHON=… chooses the interpreter (3.11 or newer), PORT=… the port,
# WITH=s3 adds what speaks to S3.

.DEFAULT_GOAL := help
.PHONY: help run demo test test-fast test-sqlite test-postgresql lint types drift deploy-check programs bench lock clean
export PYTHON PORT

# Each makes sure of its environment first (see the script) and then is the shell command of that environment's Python.
RUN = python=$$(tools/environment.sh $(or $(WITH),run)) && exec $$python
DEV = python=$$(tools/environment.sh dev) && exec $$python
DEMO_DIR ?= var-demo
DEMO = GALLERY_DATA_DIR="$(DEMO_DIR)" DATABASE_URL= GALLERY_S3_BUCKET=
WORKERS ?= auto

# Settings for the tools that only look at the code, and a production's for Django's deployment check.
STATIC_CHECK = GALLERY_ENV_FILE= GALLERY_DATA_DIR=build/checks DATABASE_URL= GALLERY_SECRET_KEY=only-for-looking-at-the-code
PRODUCTION = GALLERY_ENV_FILE= GALLERY_DATA_DIR=build/checks DATABASE_URL= GALLERY_HTTPS=1 \
	GALLERY_ALLOWED_HOSTS=gallery.example GALLERY_TRUSTED_ORIGINS=https://gallery.example \
	GALLERY_SECRET_KEY=a-key-of-fifty-characters-made-for-this-check-0123456789

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## serve the gallery on http://127.0.0.1:8000 (data in var/ or GALLERY_DATA_DIR)
	@$(RUN) manage.py start

demo: ## the same with generated sample data, in a folder of its own (var-demo/)
	@$(DEMO) sh -c '$(RUN) manage.py start --prepare-only'
	@$(DEMO) sh -c '$(RUN) manage.py demo'
	@$(DEMO) sh -c '$(RUN) manage.py start'

test: lint types drift deploy-check programs test-sqlite test-postgresql ## everything: lint, types, checks, and the tests on both databases

test-fast: ## the tests on SQLite, without the browser
	@$(DEV) -m pytest -n $(WORKERS) --ignore=tests/browser

test-sqlite: ## all tests, on SQLite
	@$(DEV) -m pytest -n $(WORKERS)

test-postgresql: ## the tests that touch the database, on a throw-away PostgreSQL server
	@$(DEV) -m pytest -n $(WORKERS) --database=postgresql

lint: ## ruff and djade: mistakes and formatting
	@$(DEV) -m ruff check .
	@$(DEV) -m ruff format --check .
	@$(DEV) tools/check_templates.py

types: ## mypy
	@$(STATIC_CHECK) sh -c '$(DEV) -m mypy .'

drift: ## are the migrations those of the models?
	@mkdir -p build/checks
	@$(STATIC_CHECK) sh -c '$(DEV) manage.py makemigrations --check --dry-run'

deploy-check: ## Django's deployment check on a production's settings
	@mkdir -p build/checks
	@$(PRODUCTION) sh -c '$(DEV) manage.py check --deploy --fail-level WARNING'

programs: ## find or install what the tests need beside Python: Chromium and PostgreSQL
	@$(DEV) -m tools.programs

bench: ## measure, and write docs/benchmarks.md
	@$(DEV) -m bench

lock: ## for maintainers: resolve the requirements anew and export them with hashes
	@tools/lock.sh

clean: ## remove environments and caches (never the data)
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
