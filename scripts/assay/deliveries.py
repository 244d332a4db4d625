"""`assay ingest`: deliver files one after the other and follow the run of each."""

from pathlib import Path
from typing import Any

from assay import executions, ingest, runs
from assay.console import USAGE, CommandError, out
from assay.executions import describe
from assay.progress import follow
from assay.run_end import ON_HOLD
from assay.target import Target
from lake.rules import layout
from lake.rules.claim import REFUSED
from lake.rules.trigger import PER_OBJECT

# of a key: an object of another ending, .CSV for one, waits for the daily run unless it is asked for
_STARTS = (".csv", ".csv.gz")


def ingest_files(
    target: Target, dataset: str, files: list[Path], ingest_date: str | None, quiet: bool = False
) -> list[dict[str, Any]]:
    """One line for each file: its object, its run (none on hold) and the run's outcome."""
    contract = ingest.contract_of(dataset)
    for file in files:
        ingest.require_source(file)
    days = [ingest.day_of(file, ingest_date) for file in files]
    told = []
    for file, day in zip(files, days, strict=True):
        delivery = ingest.deliver(target, dataset, file, day)
        if not quiet:
            out.print(f"delivered [bold]{file.name}[/] to s3://{delivery.bucket}/{delivery.key}", soft_wrap=True)
        if contract.trigger != PER_OBJECT or not delivery.key.endswith(_STARTS):
            ingest.request_run(target, dataset, [delivery.key])
        elif ingest.is_on_hold(target):
            told.append({"file": str(file), "key": delivery.key, "run": None, "outcome": ON_HOLD})
            continue
        told.append(_follow(target, dataset, delivery, quiet))
    return told


def _follow(target: Target, dataset: str, delivery: ingest.Delivery, quiet: bool) -> dict[str, Any]:
    claim = ingest.find_claim(target, dataset, delivery)
    run_id = str(claim["run_id"])
    follow(target, run_id, quiet)
    story = runs.story(target, run_id)
    if not quiet:
        runs.print_story(story, with_states=False)
    outcome = story["ledger"].get("outcome") or describe(target, run_id).status.lower()
    return {"file": str(delivery.file), "key": delivery.key, "run": run_id, "outcome": outcome}


def run_again(target: Target, run_id: str, quiet: bool = False) -> dict[str, Any]:
    """Start a new run over the sources of a run that failed, was refused or was rolled back, and follow it."""
    story = runs.story(target, run_id)
    outcome = story["ledger"].get("outcome")
    if outcome not in {"failed", "refused"} and not _went_back(target, story):
        ended = outcome or story["status"].lower()
        raise CommandError(
            f"run {run_id} is {ended}; only a run that failed, was refused or was rolled back can be run again", USAGE
        )
    keys = [each["key"] for each in (*story["sources"], *story["refused_sources"])] or list(story["trigger_keys"])
    if not keys:
        raise CommandError(f"run {run_id} took no sources; the next scheduled run takes what waits", USAGE)
    new_run = ingest.request_run(target, story["dataset"], keys, again=True)
    follow(target, new_run, quiet)
    again = runs.story(target, new_run)
    if not quiet:
        runs.print_story(again, with_states=False)
    return {"run": new_run, "outcome": again["ledger"].get("outcome") or again["status"].lower()}


def _went_back(target: Target, story: dict[str, Any]) -> bool:
    """Whether a source of the run does not count as ingested any more."""
    keys = (layout.claim(story["dataset"], each["ingest_date"], each["source_id"]) for each in story["sources"])
    return any((executions.read_json(target, key) or {}).get("state") == REFUSED for key in keys)
