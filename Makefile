# Every target sets up what it needs; in a fresh clone `make run` is the first command.
PYTHON ?= python3
BIN := .venv/bin
RUNNING := .venv/running
TESTING := .venv/testing
PIP := $(BIN)/python -m pip install --disable-pip-version-check
RESULTS ?= results
INSTANCES ?= ../shared/benchmarks
# Processes that measure plans side by side; the plans are the same with any number.
WORKERS ?= 1

.DEFAULT_GOAL := help
.PHONY: help run test quick lint table bench chromium postgresql lock clean .venv

help:
	@echo "make run    open the dashboard in the browser"
	@echo "make test   run every test (installs Chromium and PostgreSQL if missing)"
	@echo "make quick  run the tests that take no time, for the edit loop"
	@echo "make lint   check style and types"
	@echo "make table  measure what the first table of measurements.md has, into $(RESULTS)/"
	@echo "make bench  that, and everything else that is quoted; takes hours"
	@echo "make .venv  the Python environment only"
	@echo "make clean  remove caches; never your data"

run: $(RUNNING)
	$(BIN)/python -m streamlit run app.py

# Two halves, three at a time on two cores. In the browser whole files, which share a
# dashboard; the longest first. One thread per process, or they would fight over the cores.
# Python keeps what it has compiled, for the processes that the tests start.
test: export OMP_NUM_THREADS = 1
test: export PYTHONDONTWRITEBYTECODE =
test: .venv chromium postgresql
	$(BIN)/python -m pytest -n 3 --dist worksteal --ignore tests/browser
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder tests/browser

# Neither a browser, nor compiling, nor training.
quick: $(TESTING)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 -m "not browser and not slow"

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The table at the head of assets/docs/measurements.md; hours, with WORKERS=16 minutes.
table: MEASURE = $(BIN)/python -m core benchmark
table: AUTO = rule:best,hierarchical,auto+normal
table: .venv
	@mkdir -p $(RESULTS)
	$(MEASURE) press --output $(RESULTS)/press.csv
	$(MEASURE) process --output $(RESULTS)/process.csv
	$(MEASURE) speed --sizes 10000x100 --kinds shift,shift_calendar --tasks greedy \
		--output $(RESULTS)/large.csv
	$(MEASURE) efforts --workers $(WORKERS) --output $(RESULTS)/efforts.csv \
		--ways $(AUTO),auto+quick,batch+normal,hierarchical+normal
	$(MEASURE) efforts --workers $(WORKERS) --output $(RESULTS)/long.csv \
		--shifts 3 --ways auto+normal,auto+thorough,auto+20x2 --over auto+20x2
	$(MEASURE) efforts --workers $(WORKERS) --output $(RESULTS)/small.csv \
		--sizes 60x8 --shifts 10 --ways $(AUTO),auto+20x2 --over auto+20x2
	$(MEASURE) efforts --workers $(WORKERS) --output $(RESULTS)/changeovers.csv \
		--kinds changeovers --sizes 500x20 --shifts 10 --objectives 0,1,0 --ways $(AUTO)
	$(MEASURE) efforts --workers $(WORKERS) --output $(RESULTS)/objectives.csv \
		--shifts 4 --objectives 1,0,0/0,1,0/6,1,0.2/1,6,0.2/1,1,6 --ways $(AUTO)
	$(MEASURE) efforts --workers $(WORKERS) --output $(RESULTS)/minute.csv \
		--sizes 10000x100 --shifts 1 --over hierarchical \
		--ways hierarchical,auto+normal,hierarchical+normal,hierarchical+5
	$(MEASURE) job-shops --workers $(WORKERS) --output $(RESULTS)/job-shops.csv
	$(MEASURE) machines --workers $(WORKERS) --ways auto+normal \
		--output $(RESULTS)/machines.csv
	$(MEASURE) replan --workers $(WORKERS) --output $(RESULTS)/replan.csv
	$(MEASURE) bound --workers $(WORKERS) --output $(RESULTS)/bound.csv
	@if [ -d "$(INSTANCES)" ]; then set -ex; \
		$(MEASURE) instances "$(INSTANCES)" --workers $(WORKERS) \
			--output $(RESULTS)/instances.csv; \
		$(MEASURE) instances "$(INSTANCES)" --sets ssirit --ways auto+thorough,auto+25 \
			--output $(RESULTS)/setups.csv; \
	else echo "Left out: there are no public instances in $(INSTANCES)."; fi

# The table, then what else assets/docs/measurements.md quotes; all of it takes hours.
bench: MEASURE = $(BIN)/python -m core benchmark
bench: table chromium
	$(MEASURE) speed --output $(RESULTS)/speed.csv
	$(MEASURE) step --output $(RESULTS)/step.csv
	$(BIN)/python -m tests.browser.timings
	$(BIN)/python -m tests.browser.page_times
	$(MEASURE) answers --output $(RESULTS)/answers.csv
	$(MEASURE) claims --output $(RESULTS)/claims.csv
	$(MEASURE) refine --improvers local --shifts 5 --output $(RESULTS)/refine.csv
	$(MEASURE) shifts --output $(RESULTS)/shifts.csv
	@if [ -d "$(INSTANCES)" ]; then set -ex; \
		$(MEASURE) fjsp "$(INSTANCES)" --model makespan --output $(RESULTS)/fjsp.csv; \
		$(MEASURE) pmp "$(INSTANCES)" --model parallel --output $(RESULTS)/pmp.csv; \
		$(MEASURE) ssirit "$(INSTANCES)" --model parallel --output $(RESULTS)/ssirit.csv; \
	fi
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
