# Quorum: two commands for a newcomer (`make demo`, `make test`), long runs, and what they stand on.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := graphiql/dist/bundle.json

.PHONY: demo test test-browser soak chaos bench bench-peers setup clean

demo: setup
	@$(BIN)/quorum demo

test: setup
	@scripts/test

test-browser: setup
	@scripts/test-browser

soak: setup
	@scripts/soak

chaos: setup
	@scripts/chaos

bench: setup
	@scripts/bench

bench-peers: setup
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m bench.peers

setup: $(VENV)/.installed $(BUNDLE)

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Quorum needs Python 3.11 or newer; set PYTHON=/path/to/python3." >&2; exit 1; }
	@echo "Setting up $(VENV) (about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(BUNDLE): graphiql/package.json graphiql/package-lock.json graphiql/.npmrc graphiql/build.mjs \
		$(wildcard graphiql/src/*) | $(VENV)/.installed
	@scripts/build-graphiql

clean:
	@rm -rf $(VENV) graphiql/dist graphiql/node_modules tests/browser/node_modules tests/clients/node_modules bench/peers/node/node_modules .mypy_cache .ruff_cache .pytest_cache
