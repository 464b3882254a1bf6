# make lab        JupyterLab on lesson 0        (BROWSER=none PORT=8899: serve and print the address; IP=0.0.0.0: for everyone)
# make test       everything that must hold      make test-slow    what takes minutes
# make app        the explorations without code, for a room of readers      (READY=2: kernels of each that wait; IP=0.0.0.0: for everyone)
# make bench      how fast the layer is, beside its limits and its peers        (THREADS=2: on two threads)
# make docs       the site, in _docs/html: course, gallery, reference of every name; needs no network
# make record     what the explorations show on the site's own pages, step by step, a quarter of an hour        (PANELS="BalanceLab": only these)
# make export     modules, README and pages from the notebooks
# make stored     the runs behind the lessons    make render       the figures in lessons and pages
# make stored-check   does one seed of each stored run come again?        make claims   what became of every claim
# make stored-speed   the times behind lesson 13, half an hour on a quiet machine
# make stored-growth  what layers cost by size, foretold and measured, three minutes on a quiet machine
# make stored-scenes  the three small segmenters of SceneLab, three minutes
# make stored-alarms  how often the audit and moewatch sound false alarms over all families, a quarter of an hour
# make stored-gates   the curves of GateLab and what each gate would have lost on them, four minutes
# make stored-memories  the three small computers of MemoryLab, three minutes
PYTHON  ?= python3
VENV    ?= .venv
PORT    ?= 8888
BROWSER ?= default
THREADS ?= 1
READY   ?= 1
IP      ?= 127.0.0.1
LESSON  := $(firstword $(sort $(wildcard nbs/lessons/*.ipynb)))

bin     := $(VENV)/bin
pip     := $(bin)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# Off the path: beside a torch that torchvision was not built for, transformers could not be imported; trackio wants an older pillow.
beside  := $(VENV)/beside
off     := torchvision timm trackio gradio-client brotli orjson python-multipart starlette uvicorn
sources := setup.py settings.ini constraints.txt pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help lab app test test-slow bench docs record export sync lint notebooks augmented lessons pytest browser chromium postgresql stored stored-check claims stored-speed stored-growth stored-scenes stored-memories stored-gates stored-alarms render clean

help:
	@sed -n '/^$$/q;s/^# //p' Makefile

$(bin)/python:
	@$(PYTHON) -c 'import sys; sys.exit("moe_lab needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq >/dev/null && \
	  apt-get install -y -qq --no-install-recommends python3-venv >/dev/null && $(PYTHON) -m venv --clear $(VENV); } || \
	  { echo "The venv module is missing; on Debian and Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/lab.stamp: $(sources) | $(bin)/python
	@echo "Installing moe_lab and what its lessons need into $(VENV); the first time takes a few minutes."
	@$(pip) --config-settings editable_mode=compat --editable '.[lab]' && touch $@

$(VENV)/test.stamp: $(sources) | $(bin)/python
	@echo "Installing moe_lab and what its tests need into $(VENV); the first time takes a few minutes."
	@$(pip) --config-settings editable_mode=compat --editable '.[dev]' && $(pip) --no-deps --upgrade --target $(beside) $(off) && \
	  touch $(VENV)/lab.stamp $@

$(VENV)/bench.stamp: $(sources) | $(bin)/python
	@echo "Installing moe_lab and the packages it is compared with into $(VENV); the first time takes a few minutes."
	@$(pip) --config-settings editable_mode=compat --editable '.[bench]' && touch $(VENV)/lab.stamp $@

$(VENV)/app.stamp: $(sources) | $(bin)/python
	@echo "Installing moe_lab and what serves its explorations into $(VENV); the first time takes a few minutes."
	@$(pip) --config-settings editable_mode=compat --editable '.[app]' && touch $@

$(VENV)/docs.stamp: $(sources) | $(bin)/python
	@echo "Installing what the site is made with into $(VENV); the first time takes a few minutes."
	@$(pip) --config-settings editable_mode=compat --editable '.[docs]' && touch $@

# Nobody is asked for news before the first lesson.
$(VENV)/share/jupyter/lab/settings/overrides.json: | $(VENV)/lab.stamp
	@mkdir -p $(@D)
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' > $@

lab: $(VENV)/lab.stamp $(VENV)/share/jupyter/lab/settings/overrides.json
	@$(bin)/python -m jupyterlab --ServerApp.port=$(PORT) --ServerApp.ip=$(IP) --ServerApp.root_dir="$(CURDIR)" \
	  --LabApp.default_url=/lab/tree/$(LESSON) \
	  $(if $(filter none,$(BROWSER)),--no-browser,$(if $(filter default,$(BROWSER)),,--browser="$(BROWSER)")) \
	  $(if $(filter 0,$(shell id -u)),--allow-root)

app: $(VENV)/app.stamp
	@$(bin)/moe-lab app --port $(PORT) --ip $(IP) --ready $(READY) --threads $(THREADS)

# What is compiled once is there for all processes, also where images of containers forbid it.
unexport PYTHONDONTWRITEBYTECODE

# Small models on few cores: one thread per process, and processes side by side.
test test-slow notebooks augmented lessons pytest browser: export OMP_NUM_THREADS := 1

# Types are checked and Chromium is fetched while notebooks run; a browser, which is waited for, runs beside the other tests.
test: sync
	$(MAKE) --jobs 3 lint notebooks chromium
	$(MAKE) --jobs 3 pytest browser augmented

test-slow: $(VENV)/test.stamp $(VENV)/docs.stamp $(VENV)/app.stamp chromium postgresql
	$(bin)/python tests/notebooks.py --slow
	$(bin)/pytest -m slow

bench: $(VENV)/bench.stamp
	$(bin)/moe-lab bench --threads $(THREADS)
	$(bin)/moe-lab overhead --threads $(THREADS)

docs: $(VENV)/docs.stamp
	$(bin)/python site/build.py

record: $(VENV)/lab.stamp
	$(bin)/python site/record.py $(PANELS)

export: $(VENV)/test.stamp
	$(bin)/python tests/sync.py

sync: $(VENV)/test.stamp
	$(bin)/python tests/sync.py --check

lint: $(VENV)/test.stamp
	$(bin)/ruff check .
	$(bin)/ruff format --check nbs tests data_scripts site setup.py
	$(bin)/mypy

notebooks: $(VENV)/test.stamp
	$(bin)/python tests/notebooks.py

augmented: $(VENV)/test.stamp
	PYTHONPATH="$(CURDIR)/$(beside)" $(bin)/nbdev_test --path nbs --file_re '^(00_imports|06_augmentation|03_backbones)' --flags torchvision --n_workers 0

lessons: $(VENV)/test.stamp
	$(bin)/pytest -n 2 --dist worksteal tests/lessons.py

# One process has one JupyterLab, one kernel and one Chromium for all.
browser: $(VENV)/test.stamp chromium
	$(bin)/pytest -m 'not slow' tests/browser

# Beside a browser, whose tests wait for what it shows, all others let it go first.
pytest: $(VENV)/test.stamp
	nice -n 10 $(bin)/pytest -n 2 --dist worksteal -m 'not slow' --ignore tests/browser

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium for the browser tests." && \
	    apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  echo "*** No Chromium here and it cannot be installed: the browser tests will be SKIPPED. ***" >&2

postgresql:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing PostgreSQL for the tests of studies." && \
	    apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || \
	  echo "*** No PostgreSQL here and it cannot be installed: the tests with it will be SKIPPED. ***" >&2

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info tests/artifacts _docs

# The runs behind the lessons (about four hours on two cores; WikiText comes from the hub; segment-photographs needs --data, a folder of
# photographs with masks, and is made by hand), and the figures in lessons and front page.
stored: $(VENV)/lab.stamp
	for run in srnn-three-way srnn-repairs srnn-ablations balance-cost choice spectra-ablations sinkhorn-numerics spectra-quota \
	  spectra-sinkhorn spectra-repulsion spectra-entropy spectra-sizes spectra-text spectra-length health lm-domains lm-routers prune sixteen-bits unified \
	  "recurrent-moe --data wikitext" segment-collapse segment-guard segment-provoked segment-eyes segment \
	  srnn-regimes srnn-regimes-tiny-imagenet srnn-regimes-tiny-imagenet-64 srnn-regimes-cifar10 set set-choice set-mnist fewshot fewshot-text dnc dnc-long \
	  tickets tickets-components recurrent-ablations; do \
	  set -- $$run; $(bin)/moe-lab run "$$@" --out runs/$$1 --resume && mkdir -p nbs/lessons/stored/$$1 && \
	  cp -r runs/$$1/summary.parquet runs/$$1/*.json $$(ls -d runs/$$1/tables 2>/dev/null) nbs/lessons/stored/$$1/ || exit 1; done

# One seed of every stored experiment again, an hour on two cores; a table that does not come again ends it with an error.
stored-check: $(VENV)/lab.stamp
	$(bin)/moe-lab check-stored --out runs/check-stored/$(shell git rev-parse --short HEAD) --resume --keep

claims: $(VENV)/lab.stamp
	$(bin)/moe-lab claims --out docs/claims.md

stored-speed: $(VENV)/bench.stamp
	for threads in 1 2; do $(bin)/moe-lab bench --threads $$threads --resume --out runs/speed || exit 1; done
	$(bin)/moe-lab tried --out runs/speed
	mkdir -p nbs/lessons/stored/speed && cp runs/speed/*.parquet runs/speed/*.json runs/speed/*.txt nbs/lessons/stored/speed/

stored-growth: $(VENV)/lab.stamp
	$(bin)/moe-lab growth --resume --out runs/growth
	mkdir -p nbs/lessons/stored/growth && cp runs/growth/*.parquet runs/growth/*.json runs/growth/*.txt nbs/lessons/stored/growth/

stored-scenes: $(VENV)/lab.stamp
	$(bin)/python data_scripts/train_scene_models.py

stored-memories: $(VENV)/lab.stamp
	$(bin)/python data_scripts/train_memory_models.py

stored-alarms: $(VENV)/bench.stamp
	$(bin)/python data_scripts/count_false_alarms.py

stored-gates: $(VENV)/lab.stamp
	$(bin)/python data_scripts/keep_ablation_curves.py

render: $(VENV)/test.stamp
	$(bin)/python data_scripts/draw_moving_picture.py
	$(bin)/python data_scripts/render_lessons.py
	$(bin)/python tests/sync.py
