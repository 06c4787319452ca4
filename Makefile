# Two commands do the work: `make report` and `make test`. Each builds what it needs.
# PYTHON  the interpreter to build the environment with (3.11)
# WHEELS  a folder of wheels made by `make wheels`, for a machine without network
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PLAN ?= final_summary
WHEELS ?=
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.installed-runtime
TESTING := $(VENV)/.installed-test

# uv is used where it is on PATH (seconds instead of minutes); pip does the same from the same lock.
UV := $(shell command -v uv)
OFFLINE := $(if $(WHEELS),--no-index --find-links $(WHEELS),)
ifeq ($(UV),)
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --quiet $(OFFLINE)
else
INSTALL = $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python $(OFFLINE)
endif

# One thread a process: results must not depend on the machine, and the batch runs processes side by side.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export JUPYTER_PREFER_ENV_PATH := 1
# Notebook tests and JupyterLab start kernels forked from a warm server (DX_PLAIN_KERNELS=1: plain ones).
export JUPYTER_PATH := $(CURDIR)/dxmodels/runs/execute/jupyter
export PYTHONUTF8 := 1

.PHONY: report test check lab bench wheels lock clean help

report: $(RUNTIME)  ## 最終取りまとめを作る (reports/latest/index.html)
	$(BIN)/dx run $(PLAN)

test: $(TESTING)  ## run every test, the notebooks included
	$(BIN)/python -m pytest tests -n 2 --dist loadscope
	$(BIN)/python -m pytest --nbval-lax notebooks -n 2 --dist loadscope -p no:cacheprovider

check: $(TESTING)  ## ruff, format, mypy --strict, import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

lab: $(RUNTIME)  ## JupyterLab, opened at the workbench (notebooks/start)
	JUPYTER_CONFIG_PATH=$(CURDIR)/dxmodels/widgets/jupyter $(BIN)/jupyter lab --ServerApp.root_dir=$(CURDIR)/notebooks notebooks/start/start.ipynb

bench: $(TESTING)  ## benchmarks: ratios against peers and naive versions
	for script in benchmarks/*/run.py benchmarks/load/load_a_case.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

wheels: $(VENV)/.created  ## fetch every wheel of the lock into wheels/ for a machine without network
	$(BIN)/python -m pip download --disable-pip-version-check --quiet --require-hashes -r requirements.lock -d wheels

lock:  ## renew the locks from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra build --python-version 3.11 $(LOCKFLAGS) -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra test -c requirements.lock --python-version 3.11 $(LOCKFLAGS) -o requirements-test.lock
LOCKFLAGS := --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

clean:  ## remove the environment and everything made (reports/ too)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find reports -mindepth 1 -maxdepth 1 ! -name sample -exec rm -rf {} +

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Python 3.11 が必要です（見つかった版：$$($(PYTHON) --version)）。make PYTHON=/path/to/python3.11 と指定してください。"; exit 4; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(RUNTIME): requirements.lock pyproject.toml | $(VENV)/.created
	@echo "環境を作成しています（初回は数分かかります）…"
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(TESTING): requirements-test.lock $(RUNTIME)
	$(INSTALL) --require-hashes -r requirements-test.lock
	@touch $@
