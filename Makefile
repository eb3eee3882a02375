# `make demo` shows the tool at work, `make test` runs what every change has to pass: about 6 minutes on two cores.
# `make test-fast` answers within a minute, `make test-all` leaves nothing out. All make their own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
COVERAGE := --cov --cov-report=term-missing:skip-covered

.PHONY: demo test test-fast test-all coverage lint tests all-tests example fuzz sweep everywhere clean

demo: $(VENV)/.installed
	FORCE_COLOR=1 $(BIN)/redis-ssot check examples/shop --exit-zero

test: lint tests example

# Every case in every shape of its bytes, through flake8 and the cache too.
test-all: lint all-tests example fuzz

# Random input for everything that reads; `make fuzz MINUTES=120` tries more.
MINUTES ?= 1
fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

# `check` and `--fix` on whole libraries: `make sweep FOLDERS=…`.
sweep: $(VENV)/.dev
	$(BIN)/python -m tests.sweep $(FOLDERS)

# Neither what is marked `slow` nor more than a tenth of the cases.
test-fast: $(VENV)/.dev
	$(PYTEST) -m "not slow" --sample-scale 0.1

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m flake8

# A sample of the cases in other shapes, which rotates with the commit (tests/sampling.py).
tests: $(VENV)/.dev
	$(PYTEST)

# The same with the coverage of lines and branches, which takes half as long again; it fails below the least coverage.
coverage: $(VENV)/.dev
	$(PYTEST) $(COVERAGE)

all-tests: $(VENV)/.dev
	$(PYTEST) $(COVERAGE) --all

# The example's own tests talk to a real Redis server.
example: $(VENV)/.dev
	cd examples/shop && ../../$(BIN)/python -m pytest -q

# The tests on every interpreter that is there.
everywhere: $(VENV)/.dev
	$(BIN)/nox

# A path on `sys.path` and compiled modules: the tool starts as fast as where it is installed for use.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --config-settings editable_mode=compat -e .
	$(BIN)/python -m compileall -q flake8_redis_ssot
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --config-settings editable_mode=compat -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .nox .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage build *.egg-info
