# `make run` and `make test` need nothing but make and Python 3.11 to 3.13.
.DEFAULT_GOAL := help
.PHONY: help run test check bench requirements demo-reset migrate screenshots \
        setup setup-test test-tools lint types contracts

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2
# Where the tests write down what they proved, for `make requirements`.
RECORD := REQUIREMENTS_RECORD=var/requirements/last-run.json
# What the product is served on: `make run PORT=4000`.
SERVE_OPTIONS := $(if $(PORT),--port $(PORT))

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## set up, build if needed, migrate, seed the demo clinic, serve (PORT=3000)
	@$(BIN)/booking serve $(SERVE_OPTIONS)

test: setup-test test-tools lint types contracts ## everything: checks, both databases, races, browser
	@$(BIN)/python -m scripts.requirements --start
	$(RECORD) $(PYTEST) -n $(WORKERS) -m "not race and not e2e"
	$(RECORD) $(PYTEST) -m race
	$(RECORD) $(PYTEST) -m e2e

check: setup-test lint types contracts ## the fast part: lint, types, contracts, unit tests
	$(PYTEST) -q -n $(WORKERS) tests/domain tests/architecture tests/state tests/adapters

bench: setup-test test-tools ## measure; one JSON line a figure, non-zero where a gate is missed
	@$(BIN)/python -m bench

requirements: setup-test ## what the last `make test` proved (IDS="S0-1 S0-2" for some)
	@$(BIN)/python -m scripts.requirements $(IDS)

demo-reset: setup ## put the demo clinic back to its first day
	@$(BIN)/booking demo --reset

migrate: setup ## bring the database to the newest schema
	@$(BIN)/booking migrate

screenshots: setup-test test-tools ## one sheet of the real screens beside the mockups
	@$(BIN)/python -m scripts.screenshots

setup:
	@scripts/setup_venv.sh run

setup-test:
	@scripts/setup_venv.sh test

test-tools:
	@scripts/install_test_tools.sh

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/basedpyright

contracts:
	$(BIN)/lint-imports
