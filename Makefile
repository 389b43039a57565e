# Every target sets up what it needs; in a fresh clone `make run` is the first command.
PYTHON ?= python3
BIN := .venv/bin
RUNNING := .venv/running
TESTING := .venv/testing
PIP := $(BIN)/python -m pip install --disable-pip-version-check
RESULTS ?= results
INSTANCES ?= ../shared/benchmarks

.DEFAULT_GOAL := help
.PHONY: help run test quick lint bench chromium postgresql lock clean .venv

help:
	@echo "make run    open the dashboard in the browser"
	@echo "make test   run every test (installs Chromium and PostgreSQL if missing)"
	@echo "make quick  run the tests that take no time, for the edit loop"
	@echo "make lint   check style and types"
	@echo "make bench  measure plan quality and speed, tables in $(RESULTS)/"
	@echo "make .venv  the Python environment only"
	@echo "make clean  remove caches; never your data"

run: $(RUNNING)
	$(BIN)/python -m streamlit run app.py

# Two halves. The browser waits more than it works: three at a time, whole files, which share
# a dashboard. One thread per process otherwise, or two workers would fight over the cores.
test: .venv chromium postgresql
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not browser"
	$(BIN)/python -m pytest -n 3 --dist loadfile -m browser

# Neither a browser, nor compiling, nor training.
quick: $(TESTING)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 -m "not browser and not slow"

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The quick ones first; all of it takes hours. Public instances where they are at hand.
bench: MEASURE = $(BIN)/python -m core benchmark
bench: .venv chromium
	@mkdir -p $(RESULTS)
	$(MEASURE) speed --output $(RESULTS)/speed.csv
	$(MEASURE) step --output $(RESULTS)/step.csv
	$(BIN)/python -m tests.browser.timings
	$(BIN)/python -m tests.browser.page_times
	$(MEASURE) claims --output $(RESULTS)/claims.csv
	$(MEASURE) refine --improvers local --shifts 5 --output $(RESULTS)/refine.csv
	$(MEASURE) shifts --output $(RESULTS)/shifts.csv
	@if [ -d "$(INSTANCES)" ]; then set -ex; \
		$(MEASURE) fjsp "$(INSTANCES)" --model makespan --output $(RESULTS)/fjsp.csv; \
		$(MEASURE) pmp "$(INSTANCES)" --model parallel --output $(RESULTS)/pmp.csv; \
		$(MEASURE) ssirit "$(INSTANCES)" --model parallel --output $(RESULTS)/ssirit.csv; \
	else echo "Left out: there are no public instances in $(INSTANCES)."; fi
	$(MEASURE) learning --problems fresh --decisions 100000 --output $(RESULTS)/learning.csv
	$(MEASURE) choices --output $(RESULTS)/choices.csv
	$(MEASURE) training --output $(RESULTS)/training.csv

chromium: .venv
	.ci/chromium $(BIN)/python

postgresql:
	.ci/postgresql

.venv: $(TESTING)

# Each is touched only after a complete installation: a half-made one is made again.
# What running needs is installed and compiled first, so that `make run` waits for no
# test package, and nobody's first plan for a compiler.
$(RUNNING): requirements.txt .constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Shiftwright needs Python 3.11 or newer; '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>&1)." \
			"Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; }
	@echo "Setting up, once: some minutes, about 2 GB in .venv."
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt -c .constraints.txt
	@echo "Compiling the machine code, once: about a minute."
	$(BIN)/python -m core warm-up
	@touch $@

$(TESTING): $(RUNNING) requirements-test.txt
	@echo "Setting up the tests, once."
	$(PIP) --quiet -r requirements-test.txt -c .constraints.txt
	@touch $@

# After a change of requirements*.txt: what they bring along, as it is tested now.
lock: .venv
	@echo "# Every package that comes along with requirements*.txt, at the version tested." \
		> .constraints.txt
	@echo "# Made anew by: make lock" >> .constraints.txt
	$(BIN)/python -m pip freeze | grep -v -i '^torch==' >> .constraints.txt

clean:
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache .numba_cache
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
