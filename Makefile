# Two commands, each of which first brings .venv up to date with requirements.lock:
#   make chat    opens the chat window
#   make test    lint, types and tests
PYTHON ?= python3
BIN := .venv/bin

.PHONY: chat test quick stress evaluate bench window pictures reading-model reading-report lock

chat: .venv/ready
	@$(BIN)/bpo-kpo chat

test: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

# While one works: the tests without those that are marked as slow.
quick: .venv/ready
	@$(BIN)/pytest -m "not slow"

# What the tests try with a few chosen inputs, tried with all of them; takes minutes.
stress: .venv/ready
	@$(BIN)/pytest -m hypothesis --hypothesis-profile many
	@$(BIN)/python -m tests.stress

# The figures in README and docs/evaluation.md; the report goes to reports/.
evaluate: .venv/ready
	@$(BIN)/bpo-kpo evaluate corpus/questions/core.jsonl --model extractive

# Ours against LangChain's, LlamaIndex's and Haystack's pipelines, in about ten minutes; LARGE=1 also with 100,000
# passages, which takes about as long again. The figures go to reports/bench.json.
bench: .venv/ready .peers/ready
	@$(BIN)/python -m tests.benchmarks.bench $(if $(LARGE),--large)

# What a person waits for in the chat window, on a desk and on a phone, with Chromium; takes minutes, and fails where a
# median is over its limit.
window: .venv/ready
	@$(BIN)/python -m tests.benchmarks.window

# The other pipelines have an environment of their own: nobody who uses the assistant needs them. Copied and not
# linked, as NLTK reads no file that has a second name.
.peers/ready: tests/benchmarks/peers.lock
	@echo "Setting up .peers (once; about 700 MB on disk) ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .peers
	@$(BIN)/uv pip sync --quiet --compile-bytecode --link-mode copy --python .peers/bin/python --require-hashes $<
	@touch $@

# Trains the reading model anew from corpus/reading/ and ends with a table on documents that were held out; under
# three hours on two cores. What was done is kept in .reading-model/work, so that a run which was stopped goes on.
reading-model: .venv/ready .reading-model/ready
	@.reading-model/venv/bin/python -m assistant.reading_model.training

# The table alone, of the model as it is shipped.
reading-report: .venv/ready
	@$(BIN)/python -m assistant.reading_model.training --report

# Training has an environment of its own, with torch: nobody who uses the assistant needs that.
.reading-model/ready: assistant/reading_model/training/training.lock
	@echo "Setting up .reading-model (once; about 7 GB on disk) ..."
	@mkdir -p .reading-model
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .reading-model/venv
	@$(BIN)/uv pip sync --quiet --python .reading-model/venv/bin/python --require-hashes $<
	@$(BIN)/uv pip install --quiet --python .reading-model/venv/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

# The pictures in README and docs/window.md, taken anew with Chromium.
pictures: .venv/ready
	@$(BIN)/python -m tests.ui.pictures

# Resolves pyproject.toml and the benchmark's peers anew; locks hold names, versions and hashes, no addresses.
lock: .venv/ready
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra mcp --extra ollama --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock
	$(BIN)/uv pip compile tests/benchmarks/peers.in --constraint requirements.lock --universal --python-version 3.11 \
	    --upgrade --generate-hashes --no-header --no-annotate --quiet --output-file tests/benchmarks/peers.lock
	$(BIN)/uv pip compile pyproject.toml assistant/reading_model/training/training.in --constraint requirements.lock \
	    --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	    --output-file assistant/reading_model/training/training.lock

# The commands in .venv name the folder that it was made in. In a checkout that was moved or copied they do not
# run, or run the code of the other one, so .venv is made anew. Its pyvenv.cfg tells where it was made.
MOVED := $(shell grep '^command = ' .venv/pyvenv.cfg 2>/dev/null | grep -vF "$$(pwd -P)/.venv")
.PHONY: moved
moved:

# pip only brings uv, which installs the rest in seconds; both check every file against its hash in the lock. All is
# compiled here, so that a command starts as fast where Python is told to write no bytecode.
.venv/ready: requirements.lock pyproject.toml $(if $(MOVED),moved)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or later is needed. Install it, then run: make $(or $(MAKECMDGOALS),chat) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "This Python has no venv or pip. Install them (Debian, Ubuntu: apt install python3-venv), then run again."; exit 2; }
	@$(if $(MOVED),false,true) && $(BIN)/uv --version >/dev/null 2>&1 && $(BIN)/python -c '' 2>/dev/null || { \
	    echo "Setting up .venv (once; about 1.2 GB on disk) ..." && \
	    rm -rf .venv && $(PYTHON) -m venv .venv && \
	    sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt && \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt; }
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q ingest assistant ui
	@touch $@
