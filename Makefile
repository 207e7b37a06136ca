# Every target works on a fresh clone: what it needs in .venv is installed first, by hash.
.DEFAULT_GOAL := help
.PHONY: help run test explore check bench lock clean browser run-venv dev-venv
SHELL := /bin/sh

PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: run-venv ## start everything and open the site at http://127.0.0.1:8000/ (PORT, DATA_DIR, SAMPLE=0)
	@exec $(PY) -m bzpeer.supervisor

# What starts whole sites and measures what faults cost them runs behind the rest, a file in one
# process: its tests share a site, and mostly wait.
ALONE := tests/stack tests/house/test_embedded.py tests/house/test_supervisor.py

test: dev-venv browser ## run every test (ARGS, where given, choose for pytest)
ifdef ARGS
	$(PY) -m pytest $(ARGS)
else
	$(PY) -m pytest -n 2 --dist worksteal $(ALONE:%=--ignore=%)
	$(PY) -m pytest -n 2 --dist loadfile $(ALONE)
endif

explore: dev-venv ## the tests of laws again, with other examples and more of them
	$(PY) -m pytest -n 2 --dist worksteal -m hypothesis --hypothesis-profile explore --timeout 1800

check: dev-venv ## lint, types, import rules, templates, migrations, check --deploy
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	find templates -name '*.html' -exec .venv/bin/djade --check {} +
	.venv/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy, with the settings of production"
	@DJANGO_SETTINGS_MODULE=bzpeer.settings.prod \
	  SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	  ALLOWED_HOSTS=bzpeer.example SITE_URL=https://bzpeer.example \
	  DATABASE_URL=postgresql://bzpeer@db.example/bzpeer BROKER_URL=redis://broker.example/0 \
	  EMAIL_URL='smtp://mail.example:587?tls=1' DEFAULT_FROM_EMAIL=no-reply@bzpeer.example \
	  $(PY) manage.py check --deploy --fail-level WARNING

bench: dev-venv ## measure, as ratios (see docs)
	$(PY) manage.py bench

lock: ## write requirements/ anew from pyproject.toml (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --generate-hashes --no-header pyproject.toml --group dev -o requirements/dev.txt

clean: ## remove .venv, caches and built files; the data in .data stays
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser: ## see to a Chromium for the browser tests, from the system's packages
	@for name in chromium chromium-browser google-chrome; do \
	  command -v $$name >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq chromium && exit 0; \
	fi; \
	echo "There is no Chromium: install the package chromium, or the browser tests cannot run."

run-venv dev-venv: %-venv: $(PY)
	@cmp -s requirements/$*.txt .venv/$*.installed || { \
	  echo "Installing requirements/$*.txt"; \
	  $(PY) -m pip install --quiet --require-hashes -r requirements/$*.txt && \
	  cp requirements/$*.txt .venv/$*.installed; }

# A python3 of another version, or without its venv module, is passed over.
$(PY):
	@for name in python3 python3.12 python3.11; do \
	  $$name -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
	    2>/dev/null && echo "Making .venv with $$name" && exec $$name -m venv .venv; \
	done; \
	echo "BZPEER needs Python 3.11 or 3.12 with its venv module (Debian: python3-venv)." >&2; \
	echo "Here, python3 is: $$(python3 --version 2>&1 || true)" >&2; \
	exit 1
