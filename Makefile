# PORT and EVOWEB_HOME may come from the command line or the environment: make run PORT=8001 EVOWEB_HOME=/srv/evoweb
PORT ?= 8000
EVOWEB_HOME ?= ./var
PYTEST_ARGS ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup run test check

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

setup: ## make .venv and install what is missing on this machine
	@scripts/setup

run: setup ## run evoweb until Ctrl-C (PORT=8000, EVOWEB_HOME=./var)
	@exec .venv/bin/python -m evoweb.supervisor --home "$(EVOWEB_HOME)" --port "$(PORT)"

test: ## run every test, on SQLite and on PostgreSQL (PYTEST_ARGS=... runs a part)
	@scripts/setup test
	@scripts/test $(PYTEST_ARGS)

check: setup ## lint, formatting, types, import rules, missing migrations
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run
