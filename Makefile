# The one front door. `make run` and `make test` need nothing but Python 3.11 and make.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
PYTEST := $(BIN)/pytest
# Loops that numba compiles and keeps beside their source.
COMPILED := models/compiled.py frontpage/features/compiled.py models/explaining/tree_shap.py
# Without compiled modules each command would spend seconds on compiling its libraries again.
unexport PYTHONDONTWRITEBYTECODE

READERS ?= 15000
DAYS ?= 14
ARTICLES ?= 2000
DATA ?=
BASE ?= origin/main
FORMAT ?=
# In the shell's hands only: an address holds characters that mean something to make.
export SOURCES ?=
API_PORT ?= 8000
AIRFLOW_PORT ?= 8080
MLFLOW_PORT ?= 5000

.DEFAULT_GOAL := help
.PHONY: help setup lock run stop monitoring monitoring-stop test check lint test-db test-e2e test-erasure test-recipes test-browser test-lifecycle test-compose test-gateway ci gates api sbom restore-drill compose-env upgrade flink opensearch docs shape ml-score rules-comment rules-post clients newest sample actionlint pull-request-comment images release publish site test-kubernetes coverage deploy staging-runs load-test minutes

help:  ## list the targets
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{sub(/:.*/, "", $$1); printf "  %-16s %s\n", $$1, $$2}'

setup: $(VENV)/.installed $(VENV)/.compiled  ## the environment: .venv/ with the frontpage command, from requirements.lock

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.compiled: $(VENV)/.installed $(COMPILED)
	@echo "compiling loops ahead, half a minute once"
	@$(BIN)/python -m frontpage.stack.compile_ahead
	@touch $@

lock: setup  ## resolve pyproject.toml anew into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --quiet --custom-compile-command "make lock" -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml -c requirements.lock --generate-hashes --no-emit-index-url \
	  --python-version 3.11 --quiet --custom-compile-command "make lock" -o deploy/docker/requirements-serving.lock

newest: setup  ## as `lock`, with the newest version of each package that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --upgrade --all-extras --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --quiet --custom-compile-command "make lock" -o requirements.lock
	$(MAKE) lock

run: setup  ## PostgreSQL, Airflow, MLflow, API and first editions; stays up until Ctrl-C (READERS DAYS ARTICLES, or DATA FORMAT, or SOURCES)
	@$(BIN)/frontpage up --readers $(READERS) --days $(DAYS) --articles-per-day $(ARTICLES) \
	  --api-port $(API_PORT) --airflow-port $(AIRFLOW_PORT) --mlflow-port $(MLFLOW_PORT) \
	  $(if $(DATA),--data $(DATA) --format $(FORMAT)) $${SOURCES:+--sources "$$SOURCES"}

stop: setup  ## stop everything that `make run` started; data stays
	@$(BIN)/frontpage down

monitoring: setup  ## Prometheus, Alertmanager, exporters and our page, beside a `make run`; prints addresses and what they take
	@$(BIN)/frontpage monitoring up --api-port $(API_PORT)

monitoring-stop: setup  ## stop what `make monitoring` started; figures stay
	@$(BIN)/frontpage monitoring down

test: setup  ## all tests but those of the containers, on real PostgreSQL, Beam, Airflow, Feast, Great Expectations and SMTP
	$(PYTEST) -n 2 --dist loadscope --durations 15 tests --ignore tests/compose --ignore tests/kubernetes --ignore tests/lifecycle --ignore tests/browser \
	  --ignore tests/e2e/test_make_run.py \
	  --ignore tests/e2e/test_make_run_sources.py
	$(PYTEST) tests/e2e/test_make_run.py tests/e2e/test_make_run_sources.py  # limits in seconds: nothing else may run

check: setup lint  ## lint, types, import rules, fast tests and the docstrings' examples, under two minutes
	$(PYTEST) -n 2 -m "not slow" tests/unit tests/spec tests/contract tests/docs
	$(PYTEST) -n 0 --doctest-modules $$(grep -rl --include='*.py' '>>> ' frontpage models etl serving)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy frontpage etl models serving plugins bench gates
	$(BIN)/lint-imports

COVERAGE := $(BIN)/python -m coverage

coverage: setup  ## fast tests with their coverage; red where they run too little of what changed since BASE
	$(COVERAGE) erase
	$(COVERAGE) run -m pytest -n 2 -m "not slow" tests/unit tests/spec tests/contract tests/docs
	$(COVERAGE) combine --quiet
	$(COVERAGE) json --quiet -o build/coverage.json
	$(BIN)/python -m gates.covered "$${BASE:-HEAD}"

test-db: setup  ## only the tests against a real database
	$(PYTEST) -n 2 tests/integration

test-e2e: setup  ## only the end-to-end tests, through the DAGs to the API and the digest
	$(PYTEST) tests/e2e

test-erasure: setup  ## plant a reader everywhere, forget them, and search every byte
	$(PYTEST) -n 0 -rA tests/integration/rules/test_erasure.py

test-recipes: setup  ## follow each recipe of docs/developing.md in a scratch copy
	$(PYTEST) -rA tests/recipes

test-browser: setup  ## the desk in a real Chromium: each page as each role, forms, accessibility; pictures into docs/pictures
	DESK_PICTURES=docs/pictures $(PYTEST) -n 0 -rs tests/browser

test-lifecycle: setup  ## a recipe's way through Airflow: trained, shadow, canary, taken back, rolled back, approved; prints times
	$(PYTEST) -n 0 -s tests/lifecycle

test-compose: setup  ## build the images, start the stack, read ten recommendations, upgrade it under load, take it down
	$(PYTEST) -rs tests/compose

test-kubernetes: setup  ## the overlay `test` on a real one-node cluster: admission, policies, updates, steps as pods; prints figures
	$(PYTEST) -n 0 -s -rs tests/kubernetes

ci: check site coverage gates test test-lifecycle test-browser test-gateway restore-drill test-compose  ## what continuous integration runs, on one machine

gates: setup sample  ## secrets, API, cost, migrations, the sample's model; prints the pull request's comment (BASE: what to compare with)
	$(BIN)/python -m gates --base "$${BASE:-HEAD}"

sample: setup  ## `dvc repro` on the committed sample, from the start: DVC does not watch the code
	cp dvc.yaml gates/sample/dvc.yaml
	cd gates/sample && PATH="$(CURDIR)/$(BIN):$$PATH" $(CURDIR)/$(BIN)/python -m dvc repro --force

actionlint:  ## GitHub's workflows, by actionlint; needs Go
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

pull-request-comment:  ## put build/gates.md on a pull request (PULL_REQUEST), in place of the last one; needs gh
	gh pr comment "$$PULL_REQUEST" --body-file build/gates.md --edit-last --create-if-none

images:  ## build and push all images as REGISTRY/frontpage-*:VERSION; digests into build/release/images.txt
	deploy/release/images.sh

release: sbom  ## sources, bills of materials and images' digests below build/release (VERSION)
	deploy/release/files.sh

publish:  ## a release on GitHub with what lies below build/release (VERSION); needs gh
	gh release create "$$VERSION" build/release/* --verify-tag --title "$$VERSION" --notes-file CHANGELOG.md

deploy:  ## a release (VERSION) into an ENVIRONMENT: test, staging or production; needs kubectl, gh and GITHUB_REPOSITORY
	PYTHON=$(PYTHON) deploy/release/deploy.sh

staging-runs:  ## red unless what is checked out (VERSION) has run well in staging for long enough; needs kubectl
	PYTHON=$(PYTHON) deploy/release/staging_runs.sh

PER_SECOND ?= 20
SECONDS_OF_LOAD ?= 60
MOST_P99_MS ?= 250

load-test:  ## lists asked of the API at BASE_URL with LOAD_KEY; red where one fails or answers are slow (PER_SECOND, MOST_P99_MS)
	$(PYTHON) -m gates.load --per-second $(PER_SECOND) --seconds $(SECONDS_OF_LOAD) --most-p99-ms $(MOST_P99_MS) -- "$$BASE_URL" $$LOAD_READERS

MINUTES_A_MONTH ?= 2000

minutes:  ## what GitHub bills for the workflow run RUN, if the repository is private; needs gh and GITHUB_REPOSITORY
	@set -o pipefail; gh api --paginate "repos/$$GITHUB_REPOSITORY/actions/runs/$$RUN/jobs?filter=all&per_page=100" --jq '.jobs[]' \
	  | $(PYTHON) -m gates.minutes --of $(MINUTES_A_MONTH) | tee -a "$${GITHUB_STEP_SUMMARY:-/dev/null}"

api: setup  ## take the API as it is into docs/openapi.json, against which breaking changes are judged
	$(BIN)/python -m gates.api --write

OPENAPI_TYPESCRIPT := openapi-typescript@7.13.0
TYPESCRIPT := typescript@5.9

clients: setup  ## the Python client's models and wheel (build/clients), TypeScript types; all from docs/openapi.json; needs npm
	$(BIN)/python clients/generate.py
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/clients clients/python
	npx --yes --package $(OPENAPI_TYPESCRIPT) --package $(TYPESCRIPT) openapi-typescript docs/openapi.json \
	  --output clients/typescript/frontpage.d.ts
	echo "// docs/openapi.json has the SHA-256 $$(sha256sum docs/openapi.json | cut -d' ' -f1)" >>clients/typescript/frontpage.d.ts

sbom: setup  ## the bill of materials of both images below build/
	@mkdir -p build
	$(BIN)/python -m gates.parts requirements.lock >build/frontpage-pipeline.cdx.json
	$(BIN)/python -m gates.parts deploy/docker/requirements-serving.lock >build/frontpage-serving.cdx.json

rules-comment: setup  ## what a change of rules since BASE does to the lists of a simulated newsroom, as Markdown in build/rules.md
	@mkdir -p build
	@status=0; $(BIN)/python -m gates.rules --base "$(BASE)" --simulate >build/rules.md || status=$$?; cat build/rules.md; \
	if [ -n "$$GITHUB_OUTPUT" ]; then { echo 'comment<<END_OF_COMMENT'; cat build/rules.md; echo END_OF_COMMENT; } >>"$$GITHUB_OUTPUT"; fi; \
	exit $$status

rules-post:  ## put COMMENT on the pull request PULL_REQUEST, in place of the one before (GitHub's gh, in CI)
	@printf '%s\n' "$$COMMENT" | gh pr comment "$$PULL_REQUEST" --edit-last --create-if-none --body-file -

restore-drill: setup  ## lose a cluster and bring it back from sealed backups: same lists, a moment in between, RPO and RTO printed
	$(PYTEST) -n 0 -s tests/integration/test_restore_drill.py

test-gateway: setup  ## Envoy, configured from the table of routes, before the real API
	$(PYTEST) -n 0 -rs tests/gateway

compose-env:  ## secrets for docker-compose.yml in .env, made once
	$(PYTHON) deploy/docker/make_env.py

upgrade:  ## bring a running `docker compose` stack to what is checked out, without a failed request
	deploy/docker/upgrade.sh

proof-%: setup  ## a full-size or statistical proof by hand, e.g. proof-newsroom; writes docs/measurements/NAME.json
	$(BIN)/python -m bench.$(subst -,_,$*)

flink:  ## Beam's Flink job server below build/flink, for tests and proofs on one machine
	$(PYTHON) deploy/flink/build.py

opensearch:  ## a log store below build/opensearch, from Maven, for tests on one machine; needs mvn and Java 21
	mvn --batch-mode --quiet --file deploy/monitoring/opensearch/pom.xml \
	  org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies -DincludeScope=runtime \
	  -DoutputDirectory=$(CURDIR)/build/opensearch/jars

ml-score: setup  ## the tests of the ML Test Score alone; their results onto its page
	-$(PYTEST) -m ml_test --record-ml-score
	$(BIN)/python -m tests.support.ml_tests

shape: setup  ## long files, crowded folders, names that stand twice, import cycles, lengths of functions
	$(BIN)/python -m tests.support.shape

docs: setup  ## write the generated reference pages again
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/generate_dags.py
	$(BIN)/python docs/generate_diagrams.py
	$(BIN)/python docs/generate_monitoring.py
	$(BIN)/python -m tests.support.loads
	$(BIN)/python -m tests.support.ml_tests

site: setup  ## the docs as a searchable site below build/site, which works from a folder; a dead link is an error
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky -q docs build/site
	@echo build/site/index.html
