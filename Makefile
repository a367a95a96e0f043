# A fresh machine with Python 3.11+, make and PyPI needs nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DIR ?= demo-review

.PHONY: demo test check example schema clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	touch $(STAMP)

demo: $(STAMP)          ## the worked example, built in $(DIR) from its sources
	$(BIN)/screener demo $(DIR)

test: check             ## everything that must hold, the test suite last
	$(BIN)/python -m pytest

check: $(STAMP)         ## lint, types, import directions
	$(BIN)/ruff check screener tests benchmarks
	$(BIN)/ruff format --check screener tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

example: $(STAMP)       ## rewrites exports/ of the worked example
	rm -rf build/example exports
	$(BIN)/screener demo build/example --no-open
	cp -R build/example/exports exports

schema: $(STAMP)        ## rewrites db/schema.sql from the migrations
	$(BIN)/python -c "from screener.store.schema import schema_text; print(schema_text(), end='')" > db/schema.sql

clean:
	rm -rf $(VENV) build dist demo-review
