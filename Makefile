# make demo | up | test | bench | lint     (ARGS="..." is passed on, as in: make demo ARGS=--exit)
#
# Needs Python 3.11 or newer and make; everything else is installed into .venv, uv included. Only relative names
# are used, so that the folder may be called anything.

.DEFAULT_GOAL := help
.PHONY: help install demo up test bench lint

export UV_PROJECT_ENVIRONMENT := .venv
export PYTHONUTF8 := 1

STAMP := .venv/.installed
BIN := .venv/bin
PROJECTS := pyproject.toml uv.lock shared/pyproject.toml deploy/local/pyproject.toml \
	$(wildcard services/*/pyproject.toml)

define find_python
for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	if "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo "$$name"; break; fi; \
done
endef

help:
	@sed -n '1,4s/^# \{0,1\}//p' Makefile

install: $(STAMP)

# A moved or copied folder's .venv names the old place in its scripts, so it is made anew; the stamp holds the place.
$(STAMP): $(PROJECTS) Makefile
	@if [ -e $(STAMP) ] && [ "$$(cat $(STAMP))" != "$$(pwd)" ]; then rm -rf .venv; fi
	@if [ ! -x $(BIN)/uv ] && ! command -v uv >/dev/null 2>&1; then \
		python="$$($(find_python))"; \
		if [ -z "$$python" ]; then \
			echo "需要 Python 3.11 以上, 含 venv (Debian: apt-get install python3-venv) ·" \
				"Python 3.11 or newer with venv is needed (Debian: apt-get install python3-venv)" >&2; exit 1; fi; \
		echo "安装 uv · installing uv" >&2; \
		"$$python" -m venv --clear .venv && $(BIN)/python -m pip install --quiet 'uv>=0.13'; fi
	@echo "安装依赖 · installing the packages of uv.lock" >&2
	@if [ -x $(BIN)/uv ]; then uv=$(BIN)/uv; else uv=uv; fi; "$$uv" sync --frozen --all-packages
	@pwd > $(STAMP)

moved := $(shell [ ! -e $(STAMP) ] || [ "$$(cat $(STAMP))" = "$$(pwd)" ] || echo yes)
ifeq ($(moved),yes)
.PHONY: $(STAMP)
endif

demo: $(STAMP)
	@$(BIN)/duijie demo $(ARGS)

up: $(STAMP)
	@$(BIN)/duijie up $(ARGS)

test: $(STAMP)
	@$(BIN)/python -m pytest $(ARGS)

bench: $(STAMP)
	@$(BIN)/python tests/benchmarks $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy shared/src $(wildcard services/*/src) deploy/local/src tests
	$(BIN)/lint-imports
