# A newcomer's two commands come first; `make help` lists them all. All they need is Python 3.11 or
# newer, git and make: everything else goes into .venv, from the hashed locks in requirements/.

EXAMPLE ?= examples/smolvlm2.yaml
TESTS ?=
UV ?= uv

export PYTHON
# An environment that points Python elsewhere must not reach into .venv.
unexport PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT

PY := .venv/bin/python
# A checkout that was moved, or a Python that was removed, leaves a .venv that is not this project's.
FOUND := $(shell $(PY) -I -c 'import importlib.util as i, os; \
	print(os.path.samefile(i.find_spec("panel").origin, "panel/__init__.py"))' 2>/dev/null)
STALE := $(if $(filter True,$(FOUND)),,stale)

review: .venv/.core  ## review an example tool and show its scorecard
	@.venv/bin/shippanel review $(EXAMPLE)

test: .venv/.dev  ## run the tests; TESTS=tests/test_tool.py runs some of them
	@$(PY) -m pytest $(TESTS)

check: .venv/.dev  ## lint, formatting, types, import contract, style budgets, generated pages
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) scripts/budgets.py
	$(PY) scripts/docs.py --check

fix: .venv/.dev  ## mend what the linter and the formatter can mend
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

docs: .venv/.dev  ## write the pages that are made by running the program
	$(PY) scripts/docs.py

bench: .venv/.dev  ## measure speed and memory; the results go to benchmarks/
	$(PY) -m benchmarks.run

bench-frameworks: .venv/.dev  ## compare a panel's CPU with other frameworks (needs the network; build/frameworks)
	$(PY) -m benchmarks.frameworks.run

coverage: .venv/.dev  ## simulate how often intervals hold the truth; ten minutes, the result goes to docs/
	$(PY) scripts/coverage.py

eval: .venv/.dev  ## hold the offline rubric to its baseline on the development split; report in build/
	@mkdir -p build
	@.venv/bin/shippanel eval run authored --split development --no-ledger --out build/rubric.html \
		--baseline evals/baselines/rubric-authored-development.json

test-browser: .venv/.dev .venv/.slow  ## open the pages in Chromium (CHROMIUM=/path/to/it)
	@$(PY) -m pytest tests/browser

test-server: .venv/.dev .venv/.slow  ## run the tests that need llama.cpp or inspect-ai, which `make test` skips without
	@$(PY) -m pytest tests/test_llm_llamacpp.py tests/test_eval_export.py

test-kill: .venv/.dev  ## kill workers and take databases away in the middle of their work
	@$(PY) -m pytest tests/kill

double: .venv/.dev  ## install the double of the providers' servers that some tests ask (needs npm)
	@$(PY) tests/servers/aimock.py

audit: .venv/.audit  ## ask the advisory service about the locked packages (needs the network)
	$(PY) -m pip_audit --require-hashes --disable-pip -r requirements/core.txt -r requirements/dev.txt

# The locks hold for every Python from 3.11 on and every system, and name no index. What is locked stays
# as it is unless pyproject.toml rules it out; `make lock UPGRADE=--upgrade` takes the newest of all.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE)
EXTRAS = --extra anthropic --extra evals --extra fast --extra openai --extra postgres --extra scale

lock:  ## compile requirements/*.txt anew (needs uv)
	$(COMPILE) pyproject.toml --group build -o requirements/core.txt
	$(COMPILE) pyproject.toml --group build --group dev $(EXTRAS) -c requirements/core.txt -o requirements/dev.txt
	$(COMPILE) --group pyproject.toml:slow -c requirements/dev.txt -o requirements/slow.txt
	$(COMPILE) --group pyproject.toml:audit -c requirements/dev.txt -o requirements/audit.txt

clean:  ## remove .venv and everything else that these commands made
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 20

.venv/.core: requirements/core.txt pyproject.toml $(STALE)
	@sh scripts/setup.sh core

.venv/.dev: requirements/dev.txt | .venv/.core
	@sh scripts/setup.sh dev

.venv/.slow: requirements/slow.txt | .venv/.dev
	@sh scripts/setup.sh slow

.venv/.audit: requirements/audit.txt | .venv/.core
	@sh scripts/setup.sh audit

.PHONY: bench-frameworks review test check fix docs bench coverage test-browser test-server test-kill double audit eval lock clean help stale
