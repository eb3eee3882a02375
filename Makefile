# `make demo` shows the tool at work, `make test` runs everything. Both make their own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint tests example everywhere clean

demo: $(VENV)/.installed
	FORCE_COLOR=1 $(BIN)/redis-ssot check examples/shop --exit-zero

test: lint tests example

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m flake8

tests: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --cov --cov-report=term-missing:skip-covered

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
