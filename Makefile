# `make` or `make help` lists what can be done. Python 3.11 or newer and make are all it needs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo demo-network histories token import test check bench openapi lock clean
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes

# A stamp per set of requirements, named by the file's content: it is made anew when that changes.
content = $(shell cksum < $(1) | tr -d ' \n')
LOCAL := .venv/.local-$(call content,requirements-local.txt)
DEV := .venv/.dev-$(call content,requirements-dev.txt)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(LOCAL) ## start the whole system on this machine; Ctrl-C stops it
	@$(PYTHON) -m deploy.local run

demo: $(LOCAL) ## walk one client from intake to confirmed help (the system must be running)
	@$(PYTHON) -m deploy.demo

demo-network: $(DEV) ## the whole state table, played by 1 sender, 6 providers and 40 clients
	@$(PYTHON) -m tests.network

histories: $(DEV) ## random histories against the invariants: [SEEDS=0-9999], goes on where it stopped
	@nice -n 15 $(PYTHON) -m tests.loop --seeds "$(or $(SEEDS),0-499)"

token: $(LOCAL) ## print a token: ROLE=case_manager [ORG=uuid] [SUBJECT=uuid]
	$(call needs,ROLE,case_manager)
	@$(PYTHON) -m deploy.token "$(ROLE)" $(if $(ORG),--organization "$(ORG)") $(if $(SUBJECT),--subject "$(SUBJECT)")

import: $(LOCAL) ## load listings: FROM=path [JSON=1 for a report in one line] [OPTIONS="--full ..."]
	$(call needs,FROM,path/to/package)
	@$(PYTHON) -m deploy.local import "$(FROM)" $(if $(JSON),--json) $(OPTIONS)

test: $(DEV) ## run the tests
	@$(PYTHON) -m pytest -q

check: $(DEV) ## format, lint, types, import rules and the project's own checks
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@$(PYTHON) -m tests.checks

bench: $(DEV) ## measure search, reads, writes, import and event lag
	@$(PYTHON) -m tests.bench

openapi: $(DEV) ## export the three OpenAPI documents to docs/openapi
	@$(PYTHON) -m deploy.openapi

lock: $(DEV) ## resolve the requirements again, with hashes and without index addresses
	@$(call compile,,requirements.txt)
	@$(call compile,--extra local --constraint requirements.txt,requirements-local.txt)
	@$(call compile,--extra local --group dev --constraint requirements-local.txt,requirements-dev.txt)

clean: $(LOCAL) ## delete this checkout's databases, keys and logs (not the .venv)
	@$(PYTHON) -m deploy.local clean

needs = @test -n "$($(1))" || { echo "usage: make $@ $(1)=$(2)" >&2; exit 2; }

compile = .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header $(1) --output-file $(2)

# What is installed is said on standard error: the output of `make token` is a token.
$(LOCAL): | .venv/.created
	@echo "Installing what running needs (once)" >&2
	@$(PIP) -r requirements-local.txt >&2
	@rm -f .venv/.local-* && touch $@

# The development set holds the local one, in the same versions.
$(DEV): | .venv/.created
	@echo "Installing what developing needs (once)" >&2
	@$(PIP) -r requirements-dev.txt >&2
	@rm -f .venv/.local-* .venv/.dev-* && touch $@ $(LOCAL)

.venv/.created:
	@for python in python3.11 python3.12 python3.13 python3.14 python3; do \
		if $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$python" >&2; $$python -m venv .venv && touch $@ && exit 0; exit 1; \
		fi; \
	done; \
	echo "Python 3.11 or newer with venv is needed (on Debian: apt install python3 python3-venv)" >&2; exit 1
