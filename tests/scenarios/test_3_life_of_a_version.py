"""Scenario 3 to its end, on a dataset that somebody adds: a version is born, deprecated, closed, emptied, archived."""

import json
from pathlib import Path

import pytest

from assay import runs
from assay.build import REPOSITORY
from assay.console import REFUSED
from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.changed_sources import Sources
from tests.scenarios.pipeline import number, query

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]

RENAMED = {
    "transactions": "orders",
    "transaction_": "order_",
    "TransactionID": "OrderID",
    "CustomerID": "Shop",
    "account_id": "shop",
    "TransactionAmount": "Total",
    "TransactionTimestamp": "OrderedAt",
}
HEADER = ["OrderID", "Shop", "Total", "Currency", "OrderedAt"]
LIFE = "dataset: orders\nowners: [orders-team]\nwriteVersions: [v1]\nversions:\n  v1:\n    status: active\n"


def test_a_version_of_a_new_dataset_lives_from_its_first_row_to_the_archive(
    target: Target, grown: Sources, tmp_path: Path
) -> None:
    _add_dataset(grown)
    assert _ingest(target, grown, tmp_path, "first", 20) == "succeeded"
    assert number(target, "SELECT count(*) FROM orders") == 20

    grown.assay("contract", "new-version", "orders", "--column", "branch:string:Branch")
    _apply(grown)
    assert _ingest(target, grown, tmp_path, "second", 10, "Leeds") == "succeeded"
    assert _by_version(target) == [["v1", "20"], ["v2", "10"]]

    grown.assay("contract", "deprecate", "orders", "v1", "--reason", "v2 has the branch")
    _apply(grown)
    assert _ingest(target, grown, tmp_path, "third", 5) == _ingest(target, grown, tmp_path, "fourth", 5) == "succeeded"
    for day in ("01", "02"):
        _schedule(target, f"2030-04-{day}T02:00:00Z")
    (told,) = pipeline.mails_about(target, "A schema version of orders went a step on: v1 is deprecated")
    assert "orders-team" in told["body"]

    _is_closed(target, grown, tmp_path)
    _is_archived(target, grown)
    assert grown.plan() == []


def _add_dataset(sources: Sources) -> None:
    contract = (REPOSITORY / "contracts/transactions/v1.yaml").read_text()
    for old, new in RENAMED.items():
        contract = contract.replace(old, new)
    folder = sources.folder / "contracts" / "orders"
    folder.mkdir()
    (folder / "v1.yaml").write_text(contract)
    (folder / "dataset.yaml").write_text(LIFE)
    _apply(sources)


def _is_closed(target: Target, sources: Sources, folder: Path) -> None:
    """Not while producers deliver it, unless somebody insists; then its files are refused, by name of the version."""
    still = sources.tried("contract", "close", "orders", "v1", "--reason", "nobody delivers it")
    assert still.code == REFUSED
    assert "producers still deliver it" in still.errors
    sources.assay("contract", "close", "orders", "v1", "--reason", "the producer has moved", "--override")
    _apply(sources)
    refused = _ingest(target, sources, folder, "fifth", 5)
    assert refused.startswith("refused")
    assert "v1" in refused
    assert "closed" in refused
    assert _ingest(target, sources, folder, "sixth", 5, "York") == "succeeded"


def _is_archived(target: Target, sources: Sources) -> None:
    """Not while it has rows; every row is in the view before and after."""
    held = sources.tried("contract", "archive", "orders", "v1", "--reason", "v2 holds everything", "--override")
    assert held.code == REFUSED
    assert "holds 30 rows" in held.errors
    sources.assay("contract", "migrate", "orders", "v1", "v2", "2030-03")
    assert _by_version(target) == [["v2", "45"]]
    sources.assay("contract", "archive", "orders", "v1", "--reason", "v2 holds everything", "--override")
    _apply(sources)
    assert _by_version(target) == [["v2", "45"]]
    assert number(target, "SELECT count(DISTINCT order_id) FROM orders") == 45
    (first, _) = json.loads(sources.assay("contract", "status", "orders", "--json"))["versions"]
    assert (first["status"], first["rows"]) == ("archived", 0)


def _apply(sources: Sources) -> None:
    sources.assay("contract", "render")
    sources.assay("contract", "check")
    sources.assay("apply", "--json")


def _ingest(target: Target, sources: Sources, folder: Path, name: str, rows: int, branch: str | None = None) -> str:
    """Deliver rows of March 2030 and wait; how it ended, with its reasons."""
    made = pipeline.rows_for("2030-03", rows, name)
    header = HEADER if branch is None else [*HEADER, "Branch"]
    file = pipeline.write_csv(folder / f"{name}.csv", [[*row, branch] if branch else row for row in made], header)
    done = sources.tried("ingest", str(file), "--dataset", "orders", "--ingest-date", "2030-03-31", "--json")
    (delivered,) = json.loads(done.output)
    return pipeline.outcome(runs.story(target, delivered["run"]))


def _schedule(target: Target, moment: str) -> None:
    """What the schedule of two in the morning sends."""
    event = {"trigger": "schedule", "dataset": "orders", "scheduled_time": moment}
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-dispatch", Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()


def _by_version(target: Target) -> list[list[str | None]]:
    return query(target, "SELECT schema_v, count(*) FROM orders WHERE year = 2030 GROUP BY 1 ORDER BY 1")
