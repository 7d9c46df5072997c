# make run    sets up and tells the story          make test     sets up and runs every test
# make quick  the tests that take seconds          make check    style, types, arrows
# make bench  what things cost, beside the peers   make mutants  whether tests see what they should
PYTHON ?= python3
VENV ?= .venv
PYTEST = $(VENV)/bin/python -m pytest -n auto --dist loadfile
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test quick check bench mutants

run: $(VENV)/installed
	$(VENV)/bin/python run.py

test: $(VENV)/installed-test
	$(PYTEST)

quick: $(VENV)/installed-test
	$(PYTEST) -m "not slow"

check: $(VENV)/installed-check
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

mutants: $(VENV)/installed-test
	$(VENV)/bin/python tests/mutants.py

bench: $(VENV)/installed-bench
	$(VENV)/bin/python -m benchmarks

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

$(VENV)/installed-%: $(VENV)/installed
	$(PIP) -e '.[$*]'
	touch $@
