# What can be made here; `make help` lists it.

PYTHON ?= python3
NOTEBOOKS ?= chapters/*.ipynb back_matter/*.ipynb
BIN := .venv/bin

.PHONY: help book read pdf test site-test screenshots lint execute lite lock bench matrix mutants experiments animations interactive clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 13

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch .venv/ready

book: .venv/ready  ## build the HTML book, warnings as errors
	$(BIN)/jupyter-book build --warningiserror --nitpick --keep-going --quiet .
	@echo "Open _build/html/index.html in a browser, or type: make read"

read: book  ## build the book, serve it on this machine and open a browser
	$(BIN)/python scripts/serve.py

pdf: book  ## print the book into one PDF, which its landing page then offers; needs Chromium
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[browser]"
	$(BIN)/python scripts/pdf.py
	$(MAKE) book

test: lint book  ## run everything that must pass, the long notebooks first
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --nbval -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/site chapters back_matter tests

site-test: pdf  ## look at all built pages in a browser; needs Chromium, Node and Java
	npm ci --prefix tests/browser --silent --no-audit --no-fund
	$(BIN)/pytest -n 2 --dist loadgroup --ignore=tests/site/test_lighthouse.py tests/site
	$(BIN)/pytest tests/site/test_lighthouse.py # alone, since it measures times

screenshots: book  ## take pictures of all pages, light, dark and on a phone, and of each a small one in an overview
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[browser]"
	$(BIN)/python scripts/screenshots.py

lint: .venv/ready  ## check the form of code and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

execute: .venv/ready  ## run notebooks from top to bottom and store their outputs: NOTEBOOKS=chapters/03*
	OPENBLAS_NUM_THREADS=1 $(BIN)/python scripts/execute.py $(NOTEBOOKS)

lite: book  ## build JupyterLite into the site, for the launch links of a book with a public address
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[lite]"
	$(BIN)/python scripts/lite.py

lock: .venv/ready  ## write requirements.txt anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	echo "-e .[book,test]" | $(BIN)/uv pip compile --universal --python-version 3.11 --quiet --custom-compile-command "make lock" --output-file requirements.txt -

bench: .venv/ready  ## time nnlib beside its peers, ten minutes on a quiet machine; store numbers and figure
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[oracle,bench]"
	$(BIN)/python -m benchmarks

matrix: .venv/ready  ## run the whole book on simulated machines (about two hours; resumable): MATRIX="--rows 1"
	$(BIN)/python scripts/matrix.py $(MATRIX)

mutants: .venv/ready  ## plant mistakes in nnlib and count what the tests notice (hours; resumable): MUTANTS="losses files"
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[oracle,mutants]"
	$(BIN)/python scripts/mutants.py $(MUTANTS)

experiments: .venv/ready  ## run again the trainings whose stored results chapters load
	$(BIN)/python scripts/compare_optimizers.py
	$(BIN)/python scripts/regularize.py

animations: .venv/ready  ## draw the videos anew from the chapters' numbers
	OPENBLAS_NUM_THREADS=1 $(BIN)/python scripts/animate.py

interactive: .venv/ready  ## draw the static pictures of the interactive figures anew, and the regions that one shows
	OPENBLAS_NUM_THREADS=1 $(BIN)/python scripts/interactive.py

clean:  ## remove what was built, the environment included
	rm -rf _build .venv *.egg-info .pytest_cache .ruff_cache node_modules
