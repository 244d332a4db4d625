# Every step of CI is a target here. `make` alone prints this help.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.assay-installed
PREPARED := $(VENV)/.assay-prepared
CHECKOV := .tools/checkov/bin/checkov
PEERS := .tools/peers/bin/python
UV_VERSION := 0.13.9
export PYTHONPATH := .:glue:lambda:scripts
# two processes, a file of tests in one of them; each has a local AWS of its own. In the order of the folders: many small
# files come last, so that neither process waits long for the other
PYTEST := $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15 --durations-min 20

##@ Start here

demo: setup ## Bring the stack up on this machine, ingest the sample, query balances
	$(VENV)/bin/assay demo

test: setup ## Everything that must pass: unit, Spark, AWS, Terraform, the stack's scenarios
	$(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-slow: setup ## Scenarios that take minutes: kills, real input
	$(PYTEST) tests/scenarios -m "slow and not long" $(PYTEST_ARGS)

test-long: test-long-rows test-long-deployments ## What takes hours, every night: the two below

test-long-rows: setup ## Random lives, condemned rows, backfills and retries of real input, compaction
	ASSAY_RANDOM_LIVES=5000 $(PYTHON) -m pytest -n 2 tests/unit/steps/test_life_of_rows.py tests/unit/steps/test_lives_undone.py $(PYTEST_ARGS)
	$(PYTEST) tests/scenarios/test_[124]_*.py -m long $(PYTEST_ARGS)

test-long-deployments: setup ## Deployments that fail, every role under IAM, the life of a version
	$(PYTEST) tests/scenarios/test_[35]_*.py -m long $(PYTEST_ARGS)

##@ While you work

setup: preflight $(STAMP) $(PREPARED) ## Make the environment from the hash-pinned lock, fetch Spark's S3 jars
preflight: ## Say what is missing on this machine (Java 17, Terraform), and how to get it
	@bash scripts/preflight.sh

command: $(STAMP) ## Make the environment alone: enough for `assay` on an environment of AWS

$(STAMP): requirements.lock pyproject.toml
	@bash scripts/make_environment.sh $(VENV) $(UV_VERSION)
	@touch $@

$(PREPARED): $(STAMP) $(addprefix scripts/local_aws/,prepare.py jars.py unsigned.py class_archive.py training_job.py)
	@echo "fetching the jars with which Spark reads s3://, once"
	@$(PYTHON) -m local_aws.prepare
	@touch $@

unit: setup ## Rules and steps only; seconds
	$(PYTHON) -m pytest tests/unit -q

lint: setup $(CHECKOV) ## Style, types, import directions, contracts, SQL, shell, workflows, Terraform
	@$(MAKE) --no-print-directory -j 2 --output-sync=target lint-code lint-workflows terraform-check

lint-code: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -m assay contract check
	$(VENV)/bin/sqruff lint sql
	$(VENV)/bin/yamllint --strict .
	$(VENV)/bin/shellcheck scripts/*.sh .ci/run

lint-workflows: setup ## GitHub workflows: actionlint, zizmor
	$(VENV)/bin/actionlint -shellcheck $(VENV)/bin/shellcheck -pyflakes=
	$(VENV)/bin/zizmor --offline --quiet .github

format: setup ## Rewrite Python, SQL and Terraform in the house style
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	terraform fmt -recursive terraform

verdict: setup ## Say whether the contracts may follow those of AGAINST (default origin/main)
	$(PYTHON) -m assay contract verdict --against $(or $(AGAINST),origin/main)

render: setup ## Write what is generated from the contracts (views, dataset pages)
	$(PYTHON) -m assay contract render

bench: setup $(PEERS) ## Measure, side by side with peers (minutes; not part of the tests)
	$(PYTHON) -m tests.benchmarks $(BENCH_ARGS)

$(PEERS): requirements-peers.lock
	@bash scripts/make_environment.sh .tools/peers $(UV_VERSION) requirements-peers.lock
	@touch $@

##@ Terraform

terraform-check: setup $(CHECKOV) ## fmt, validate, module tests, checkov
	@bash scripts/terraform_check.sh

# after the other environment, since both are made with the same installer
$(CHECKOV): requirements-checkov.lock | $(STAMP)
	@bash scripts/make_environment.sh .tools/checkov $(UV_VERSION) requirements-checkov.lock
	@touch $@

##@ Keep in order

lock: ## Recompile the hash-pinned locks from pyproject.toml
	@bash scripts/lock.sh $(UV_VERSION)

clean: ## Remove what can be made again (stops the local AWS)
	-$(VENV)/bin/assay local reset
	rm -rf build .local .pytest_cache .mypy_cache .ruff_cache

help: ## This help
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*##/ {printf "  %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo test test-slow test-long test-long-rows test-long-deployments setup command preflight unit lint lint-code lint-workflows format verdict render bench terraform-check lock clean help
