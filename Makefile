# One command each: `make run`, `make test`, `make check`. A fresh machine needs python3 (3.11 or newer) and make;
# node, npm and chromium only for the browser tests, which otherwise skip with their reason.
#
#   HOST, PORT   where `make run` serves                 (127.0.0.1, 8000)
#   WORKERS      its processes, one thread each          (2)
#                these and all other settings: server/settings.py
#   PYTHON       the python that makes .venv             (python3)
#   JOBS         how many processes `make test` takes     (3: some tests wait; 0 = all in one)
#   T            what `make test` passes on to pytest    (all; for example T='tests/test_vendor.py -x')

PYTHON ?= python3
T ?=
JOBS ?= 3

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
BROWSER := tests/browser
# Named where it is there already, so that `make check` can run before the last room is built.
ROOMS := $(wildcard geo layers server scripts)

.DEFAULT_GOAL := help
.PHONY: help run test check format demo bench soak browser-tools clean
.DELETE_ON_ERROR:

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: .venv/.run ## serve the map and the API on HOST:PORT
	@exec $(BIN)/python -m server

# Tests start Python a hundred times: without kept bytecode each would compile the product anew.
test soak: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.dev browser-tools ## all tests but the soak runs: fast ones first, then the browser
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(T)

check: .venv/.dev ## format, lint and types
	@# All three, whatever the first one finds.
	@status=0; \
	for gate in 'ruff format --check .' 'ruff check .' 'mypy $(ROOMS)'; do \
	  echo "$$gate"; $(BIN)/$$gate || status=1; \
	done; exit $$status

format: .venv/.dev ## put the format right, and what the linter can mend safely
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

demo: .venv/.demo ## make the demonstration bundle anew, from its sources
	$(BIN)/python -m scripts.demo

bench: .venv/.bench ## measure against the peers, and write docs/benchmarks.md
	$(BIN)/python -m scripts.bench

soak: .venv/.dev browser-tools ## the long runs: kills, load, endurance
	$(BIN)/python -m pytest -m soak $(T) || test $$? -eq 5

clean: ## remove what make made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis $(BROWSER)/node_modules $(BROWSER)/out
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------- what the targets above need

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Fenqu needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1). Name one: make PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo "'$(PYTHON) -m venv' failed: on Debian and Ubuntu, install python3-venv."; exit 1; }

# A stamp is newer than the requirements it was installed from; it is the last thing written.
.venv/.run: requirements.txt constraints.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt requirements-dask.txt requirements-postgis.txt requirements.txt constraints.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	@touch .venv/.run $@

.venv/.bench: requirements-bench.txt requirements-dev.txt requirements.txt constraints.txt | .venv/bin/python
	$(PIP) -r requirements-bench.txt
	@touch .venv/.run .venv/.dev $@

.venv/.demo: requirements-demo.txt requirements.txt constraints.txt | .venv/bin/python
	$(PIP) -r requirements.txt -r requirements-demo.txt
	@touch .venv/.run $@

# Never fails: where node, npm or the registry is missing, the browser tests say so and skip (in CI they fail).
browser-tools:
	@if command -v node >/dev/null && command -v npm >/dev/null; then $(MAKE) --no-print-directory $(BROWSER)/node_modules/.stamp \
	  || echo "playwright-core could not be installed: the browser tests will skip"; fi

$(BROWSER)/node_modules/.stamp: $(BROWSER)/package.json $(BROWSER)/package-lock.json
	cd $(BROWSER) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
