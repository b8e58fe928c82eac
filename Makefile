# Payout Wizard. Plain `make` lists what there is.

HOST ?= 127.0.0.1
PORT ?= 8000

# Who asks for another address than this machine's wants to be answered there.
ifneq ($(HOST),127.0.0.1)
export ALLOWED_HOSTS ?= $(if $(filter 0.0.0.0,$(HOST)),*,$(HOST),localhost,127.0.0.1,[::1])
endif

VENV := .venv
STATIC := staticfiles/staticfiles.json
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
PYTHON := $(VENV)/bin/python
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_PROJECT_ENVIRONMENT := $(VENV)

.DEFAULT_GOAL := help
.PHONY: help run test check core lint format bench load messages lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run $(MESSAGES) $(STATIC) ## set everything up and serve on http://HOST:PORT
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py bootstrap
	@echo
	@echo "  Payout Wizard   http://$(HOST):$(PORT)/"
	@echo "  for staff       http://$(HOST):$(PORT)/admin/"
	@echo
	@$(PYTHON) manage.py runserver --noreload $(HOST):$(PORT)

test: $(VENV)/dev $(MESSAGES) $(STATIC) ## run all tests: unit, database, browser
	@$(PYTHON) -m tests.browser.chromium
	$(PYTHON) -m pytest -n auto --dist loadgroup
	$(PYTHON) -m tests.on_postgresql

check: lint $(MESSAGES) $(STATIC) ## lint, and run what needs neither a browser nor PostgreSQL
	$(PYTHON) -m pytest -n 3 --dist loadgroup --ignore tests/browser

core: $(VENV)/dev ## test wizard/tree alone, without Django: some seconds
	$(PYTHON) -m pytest -c tests/tree/pytest.ini -n auto tests/tree

lint: $(VENV)/dev ## check style, types, layers, templates and migrations
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(PYTHON) manage.py makemigrations --check --dry-run --verbosity 1

format: $(VENV)/dev ## put code and templates into shape
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/djade --target-version 5.2 $$(git ls-files 'templates/*.html') || true

bench: $(VENV)/dev $(MESSAGES) $(STATIC) ## measure the engine, the message search and the staff pages
	@$(PYTHON) -m tests.browser.chromium
	$(PYTHON) -m tests.benchmarks.engine
	$(PYTHON) -m tests.benchmarks.search
	$(PYTHON) -m tests.benchmarks.large
	$(PYTHON) -m tests.benchmarks.effects
	$(PYTHON) -m tests.benchmarks.map_page

load: $(VENV)/dev $(MESSAGES) $(STATIC) ## make 10,000 shared results at once, on SQLite and on PostgreSQL
	RESULTS=10000 $(PYTHON) -m pytest tests/test_many_results.py
	RESULTS=10000 $(PYTHON) -m tests.on_postgresql tests/test_many_results.py

messages: $(VENV)/dev ## collect interface texts for translation (needs GNU gettext)
	$(PYTHON) manage.py makemessages -l zh_Hans --no-obsolete --no-location --no-wrap -i $(VENV) -i tests

lock: $(UV) ## pin the newest allowed versions of all dependencies
	$(UV) pip compile -q --upgrade --universal --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(UV) pip compile -q --upgrade --universal --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock

clean: ## remove the environment and everything generated, but not data/
	rm -rf $(VENV) .tools staticfiles locale/*/LC_MESSAGES/*.mo

# The environment. uv comes along if the machine has none.

# With what the machine's Python offers: venv, or else pip.
.tools/bin/uv:
	@rm -rf .tools
	@if python3 -m venv .tools 2>/dev/null; then \
		.tools/bin/python -m pip install --quiet --disable-pip-version-check uv; \
	elif rm -rf .tools && python3 -m pip --version >/dev/null 2>&1; then \
		python3 -m pip install --quiet --disable-pip-version-check --target .tools uv; \
	else \
		echo "Neither uv nor Python's venv nor pip is here: install one of them first," >&2; \
		echo "for example with 'apt-get install python3-venv'." >&2; \
		exit 1; \
	fi

$(VENV)/bin/python: | $(UV)
	@$(UV) venv --quiet --python '>=3.11' $(VENV)

$(VENV)/run: requirements.lock | $(VENV)/bin/python
	@test -e $(VENV)/dev && test $(VENV)/dev -nt requirements.lock || \
		$(UV) pip sync --quiet --require-hashes --python $(PYTHON) requirements.lock
	@touch $@

$(VENV)/dev: requirements-dev.lock | $(VENV)/bin/python
	@$(UV) pip sync --quiet --require-hashes --python $(PYTHON) requirements-dev.lock
	@touch $@ $(VENV)/run

# Compressing takes a while, so only when something changed.
$(STATIC): $(shell find static -type f) requirements.lock | $(VENV)/run
	@DEBUG=false $(PYTHON) manage.py collectstatic --noinput --verbosity 0
	@touch $@

%.mo: %.po | $(VENV)/run
	@$(VENV)/bin/pybabel -q compile --input-file $< --output-file $@
