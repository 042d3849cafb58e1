# The project's commands. `make help` lists them. Every target sets up what it needs.

.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
SPIEGEL := $(VENV)/bin/spiegel
READY := $(VENV)/.ready
FIND_PYTHON = $(firstword $(foreach p,python3.11 python3 python,$(shell \
  $(p) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $(p))))

# The size of the example; another country: make example PERSONS=4000 PRACTICES=12
PERSONS ?= 40000
PRACTICES ?= 24
YEARS ?= 2019-2021
EXAMPLE ?= example

# How long make fuzz tries files; longer: make fuzz SECONDS=600
SECONDS ?= 60

# Where make study keeps its table and charts
STUDY ?= study

.PHONY: help setup example test test-long fuzz study check bench lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY)  ## Virtual environment, pinned dependencies, Delta's JARs (once)

$(READY): requirements.lock jars.lock setup.py
	@test -n "$(FIND_PYTHON)" || { echo "Python 3.11 is missing: install it, so that python3.11 is found, and run make again" >&2; exit 3; }
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || { echo "Java is missing: install Java 17 or 21, so that java or JAVA_HOME is found, and run make again" >&2; exit 3; }
	@"$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | grep -qE 'version "(17|21)' || { echo "Java 17 or 21 is needed; found: $$("$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | head -n 1)" >&2; exit 3; }
	@echo "setting up (once): virtual environment, libraries, Delta's JARs"
	@test -x $(PYTHON) || $(FIND_PYTHON) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(PYTHON) -m spiegel_core.runtime.jars
	@touch $(READY)

example: $(READY)  ## Invent a country, deliver it, and make its mirrors
	@$(SPIEGEL) invent --out $(EXAMPLE)/country --persons $(PERSONS) --practices $(PRACTICES) --years $(YEARS) --truth
	@# One delivery is made to be refused, so receive ends with 1.
	@$(SPIEGEL) --store $(EXAMPLE)/store receive $(EXAMPLE)/country/deliveries || test $$? -eq 1
	@$(SPIEGEL) --store $(EXAMPLE)/store run --years $(YEARS)
	@# The documents are drafts until a second person, here with a key made for the example, approves.
	@$(SPIEGEL) --store $(EXAMPLE)/store model approve --by "model committee"
	@$(SPIEGEL) --store $(EXAMPLE)/store documents --years $(YEARS)

test: $(READY)  ## All tests but the long ones, in two processes
	@$(PYTHON) -m pytest -m "not long" -n 2 --dist loadgroup

test-long: $(READY)  ## The long tests
	@$(PYTHON) -m pytest -m long

fuzz: $(READY)  ## Try hostile files on the door for SECONDS (60); what it finds is kept in fuzz-found/
	@$(PYTHON) -m tests.fuzz.run $(SECONDS)

study: $(READY)  ## Simulation study: table and charts in study/, answers in conf/study.json
	@SPIEGEL_STUDY=$(STUDY) $(PYTHON) notebooks/simulation_study.py
	@cp $(STUDY)/study.json conf/study.json

check: $(READY)  ## Format, lint, types, import layers
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy
	@$(VENV)/bin/lint-imports --no-cache

bench: $(READY)  ## Measure receive and year beside DuckDB; results in BENCHMARKS.md
	@$(PYTHON) -m tests.bench.run

lock: $(READY)  ## Pin the newest versions requirements.in allows (needs uv)
	uv pip compile requirements.in --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements.lock

clean:  ## Remove the example; nothing else
	rm -rf $(EXAMPLE)
