# Every target sets up what it needs; in a fresh clone `make run` is the first command.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
RESULTS ?= results

.DEFAULT_GOAL := help
.PHONY: help run test lint bench chromium postgresql clean .venv

help:
	@echo "make run    open the dashboard in the browser"
	@echo "make test   run every test (installs Chromium and PostgreSQL if missing)"
	@echo "make lint   check style and types"
	@echo "make bench  measure plan quality and speed, tables in $(RESULTS)/"
	@echo "make .venv  the Python environment only"
	@echo "make clean  remove caches; never your data"

run: .venv
	$(BIN)/python -m streamlit run app.py

# Two halves: the bulk side by side, then the browser with the machine to itself.
# One thread per process, or the two workers would fight over the cores.
test: .venv chromium postgresql
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not browser"
	$(BIN)/python -m pytest -m browser

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv
	@mkdir -p $(RESULTS)
	$(BIN)/python -m core benchmark shifts --output $(RESULTS)/shifts.csv
	$(BIN)/python -m core benchmark speed --output $(RESULTS)/speed.csv
	$(BIN)/python -m core benchmark training --output $(RESULTS)/training.csv
	$(BIN)/python -m core benchmark step --output $(RESULTS)/step.csv

chromium: .venv
	.ci/chromium $(BIN)/python

postgresql:
	.ci/postgresql

.venv: $(INSTALLED)

# Touched only after a complete installation, so a half-made one is made again.
$(INSTALLED): requirements.txt requirements-test.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Shiftwright needs Python 3.11 or newer; '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>&1)." \
			"Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements-test.txt
	@touch $@

clean:
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache .numba_cache
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
