# `make` lists what can be done. `.venv` is made by whatever needs it, and again when setup.cfg changes.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: help run check mutate test lint definitions conformance fix assets bench wheel wheelhouse

# durable-rules needs 3.11 or 3.12; with another Python the slower evaluator in Python decides.
fits := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
python := $(or $(PYTHON),$(shell for it in python3 python3.12 python3.11; do \
	$$it -c '$(fits)' 2>/dev/null && echo $$it && break; done),python3)
bin := .venv/bin
pip := $(bin)/pip install --quiet --quiet --disable-pip-version-check
# Three on two cores: tests wait for servers, disks and clocks a third of the time.
at_once := -n 3 --dist worksteal
vendor := admin/static/vendor/icons.svg
axe := tests/browser/node_modules/axe-core/axe.min.js
editor := tests/editor/node_modules/.package-lock.json
provider := tests/provider/node_modules/.package-lock.json
bpmn := tests/notation/bpmn/node_modules/.package-lock.json
pm4py := tests/notation/bpmn/.pm4py/installed

help:  ## List these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/product $(vendor)  ## Serve the whole product on SQLite, with a sample organisation
	@told=$$($(bin)/procedura db apply 2>&1) || { echo "$$told"; exit 1; }
	@$(bin)/procedura sample --if-empty
	@exec $(bin)/procedura serve

check: .venv/tests $(vendor) $(axe) $(editor) $(bpmn) $(provider) $(pm4py) lint definitions  ## All that CI runs: style, types, imports, definitions, every test
	$(bin)/pytest $(at_once) $(T)

test: .venv/tests $(vendor)  ## The fast tests, in less than a minute; narrow with T='-k escalation'
	$(bin)/pytest -n 2 --dist worksteal -m 'not slow and not browser' $(T)

lint: .venv/tests  ## Format (definitions too), style, types, import directions
	$(bin)/ruff format --check --quiet .
	$(bin)/ruff check --quiet .
	$(bin)/procedura fmt --check definitions
	$(bin)/mypy
	$(bin)/lint-imports

definitions: .venv/product  ## Check every definition, and play every scenario
	$(bin)/procedura check
	$(bin)/procedura test

conformance: .venv/tests  ## How many cases of the DMN Technology Compatibility Kit come out
	@$(bin)/python -m tests.conformance

fix: .venv/tests  ## Format, mend what can be mended, write the reference of the language anew
	$(bin)/ruff format .
	$(bin)/ruff check --fix .
	$(bin)/procedura fmt definitions
	$(bin)/procedura schema --reference docs/reference

assets: $(vendor)  ## Fetch what the browser needs that others wrote (Node, once)

mutate: .venv/tests  ## Break the shipped definitions in every way, and tell who notices
	$(bin)/python -m tests.mutation $(T)

bench: .venv/bench  ## Measure beside other engines: a table, and JSON in var/
	$(bin)/python -m benchmarks

wheel: .venv/tests $(vendor)  ## Build dist/procedura-*.whl, which carries the browser's files
	rm -rf build dist
	$(bin)/python -m build --wheel --no-isolation

wheelhouse: wheel  ## Wheels of everything, for machines without a compiler or network
	$(bin)/pip wheel --quiet --quiet --wheel-dir dist/wheelhouse dist/procedura-*.whl

.venv/bin/python:
	@$(python) -m venv .venv || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }

.venv/product: setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing into .venv"
	@$(pip) --editable .
	@touch $@

.venv/tests: setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing into .venv, with what the tests need"
	@$(pip) --editable '.[test]'
	@touch .venv/product $@

.venv/bench: .venv/tests
	@$(pip) --editable '.[bench]'
	@touch $@

$(editor): tests/editor/package-lock.json
	@echo "Fetching the language server that editors use for YAML"
	@cd tests/editor && npm ci --silent

$(bpmn): tests/notation/bpmn/package-lock.json
	@echo "Fetching what reads, checks and draws BPMN"
	@cd tests/notation/bpmn && npm ci --silent

$(provider): tests/provider/package-lock.json
	@echo "Fetching a provider of OpenID Connect"
	@cd tests/provider && npm ci --silent

# Its licence is not ours: it stands in an environment of its own, and only a test asks it.
$(pm4py): tests/notation/bpmn/pm4py.txt
	@echo "Installing pm4py into an environment of its own"
	@$(python) -m venv $(@D)
	@$(@D)/bin/pip install --quiet --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(vendor): admin/package-lock.json admin/assets.py | .venv/product
	@command -v npm > /dev/null || { echo "npm is missing: apt-get install npm (Node 20)"; exit 1; }
	@echo "Fetching what the browser needs"
	@cd admin && npm ci --silent
	@$(bin)/python -m admin.assets
	@touch $@

$(axe): tests/browser/package-lock.json
	@command -v npm > /dev/null || { echo "npm is missing: apt-get install npm (Node 20)"; exit 1; }
	@cd tests/browser && npm ci --silent
	@touch $@
