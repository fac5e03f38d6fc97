.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# images of containers often forbid compiled modules: then each of our processes compiles all anew
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test check quick setup setup-dev front pango browser-setup lint types order templates migrations docs english bench lock sbom clean
ENGLISH := otklik/locale/en/LC_MESSAGES/django

help:      ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:       ## Set up all that is needed and serve the demo region on http://127.0.0.1:8000
	@$(MAKE) --no-print-directory -j2 setup
	@exec $(BIN)/otklik serve --demo

test: setup-dev check ## Everything: the quick part and every test, in a real browser too
	@$(BIN)/python -m tools.browser
	@$(BIN)/python tools/front.py types
	$(BIN)/pytest -n 3 --dist loadfile $(T)

check: setup-dev lint types order templates migrations ## The quick part, in under a minute

quick: lint order templates ## The part that takes seconds

setup: .venv/.runtime front pango $(ENGLISH).mo ## Python packages and the front end

setup-dev: .venv/.dev front pango $(ENGLISH).mo

.venv/bin/python:
	@echo "• Python environment"
	@test -n "$(PYTHON)" || { echo "Otklik needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null || { \
	  rm -rf .venv; echo "  python3-venv is missing: installing it"; \
	  apt-get install -y -q python3-venv >/dev/null && $(PYTHON) -m venv .venv; }

.venv/.runtime: requirements.txt pyproject.toml tools/hatch_metadata.py | .venv/bin/python
	@echo "• Python packages (once, about half a minute)"
	@$(BIN)/python tools/packages.py requirements.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@echo "• Packages for checks and tests"
	@$(BIN)/python tools/packages.py requirements-dev.txt
	@touch $@

# what is never imported is never compiled (`--no-compile`): that halves the time of installing
# with a node of its own the machine builds the pages' front end while Python packages are installed
NODE20 := $(shell node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && command -v npm)
front: $(if $(NODE20),.venv/bin/python,.venv/.runtime)
	@$(BIN)/python tools/front.py

pango: .venv/.runtime
	@$(BIN)/python tools/pango.py

$(ENGLISH).mo: $(ENGLISH).po | .venv/.runtime
	@$(BIN)/python -m tools.messages compile

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	SECRET_KEY=check $(BIN)/mypy otklik config tests tools

order:     ## Who may import whom
	$(BIN)/lint-imports --no-cache

templates:
	@git ls-files '*.html' | xargs $(BIN)/djade --check --target-version 5.2

migrations:
	@$(BIN)/otklik makemigrations --check --dry-run

sbom:      ## What this is made of, as CycloneDX: sbom.json, for scanners of known holes
	@$(BIN)/python -m tools.sbom > sbom.json

docs:      ## Write the generated pages of docs/reference anew
	$(BIN)/otklik docs

english:   ## Bring the pages' English in step: new texts wait for it in otklik/locale
	@$(BIN)/python -m tools.messages update

bench:     ## Measure; one JSON line a figure, ratios side by side in one run
	@for each in bench/*.py; do $(BIN)/python $$each || exit 1; done

lock:      ## Lock the dependencies anew, with hashes and no addresses
	@for each in requirements requirements-dev requirements-uv; do \
	  $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 $$each.in -o $$each.txt || exit 1; done

clean:     ## Remove what was made, but not the data
	rm -rf .venv node_modules otklik/faces/static/build
