# make demo: the whole path on the embedded dataset. make test: every test. make docs: the documentation.
# make web: the on-device demo page. make figures: pictures and notebooks anew. make dist: a release's files.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# Two sets of packages: what training takes, and everything, for tests and checks.
FOR_TRAINING := $(VENV)/.for-training
EVERYTHING := $(VENV)/.everything

.PHONY: demo test check web docs figures dist clean

demo: $(FOR_TRAINING)
	$(BIN)/python -m hsi_inr_tf demo

test: $(EVERYTHING)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(TESTS)

check: $(EVERYTHING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# The model that the page carries: the smaller bundled one, or WEB_MODEL=RUN.
WEB_MODEL ?= $(firstword $(wildcard hsi_inr_tf/pretrained/inr-edge hsi_inr_tf/pretrained/inr-compact))
web: $(FOR_TRAINING)
	$(BIN)/python scripts/export.py $(WEB_MODEL) --format tflite --size 256 --no-time --out web/public/model.tflite
	cd web && npm ci && npm run build

# The documentation as a site, docs-site/index.html: any warning or dead link inside it is an error.
docs: $(VENV)/.docs-installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# What a release uploads: CONTRIBUTING.md says what comes before and after.
dist: $(EVERYTHING)
	rm -rf dist build
	$(BIN)/python -m build --outdir dist
	$(BIN)/twine check --strict dist/*

# The pictures of README and docs/, drawn anew, and the notebooks with what they show.
figures: $(EVERYTHING)
	PYTHONPATH=. $(BIN)/python docs/figures/strip.py
	PYTHONPATH=. $(BIN)/python docs/figures/diagrams.py
	PYTHONPATH=. $(BIN)/python docs/figures/notebooks.py

$(VENV)/.docs-installed: $(EVERYTHING)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	touch $@

# Dependencies are installed once, and again only when their declaration changes; what is imported is compiled then.
$(FOR_TRAINING): EXTRAS = train
$(EVERYTHING): EXTRAS = all,test,dev
$(FOR_TRAINING) $(EVERYTHING): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable '.[$(EXTRAS)]'
	touch $@

clean:
	rm -rf $(VENV) runs build dist docs-site *.egg-info web/dist web/node_modules
