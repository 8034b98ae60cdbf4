# Everything a person does with Gristmill's checkout. `make` alone lists the commands.
# Works with GNU make 3.81 (macOS) and later. Another Python: make setup PYTHON=python3.12
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
EXAMPLE := examples/ecommerce

export PYTHON VENV STAMP

.PHONY: help setup demo test lint lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## install the pinned packages into .venv and fetch Delta's jars; no time when nothing changed
	@sh scripts/setup.sh

demo: setup ## build the example: raw files in, a gated, versioned data set out
	@$(BIN)/python -m examples.ecommerce.generate --out $(EXAMPLE)/raw
	@$(BIN)/gristmill demo

test: setup ## run the tests
	@$(BIN)/python -m pytest

lint: setup ## ruff (rules and format) and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Extras stay in the lock because pip, asked for hashes, refuses a pin without the extra that another package asks for.
# Pins stay as they are where they still fit; to move them: make lock LOCK_FLAGS=--upgrade
lock: setup ## resolve pyproject.toml into requirements.lock, for Linux and macOS, x86-64 and arm64
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-strip-extras --no-emit-index-url --quiet $(LOCK_FLAGS) -o requirements.lock

clean: ## remove .venv and what the tools leave behind; tables and releases stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
