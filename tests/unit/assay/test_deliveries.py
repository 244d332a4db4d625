"""What is delivered and what is not, and how a run's story and its end are told."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assay import ingest, runs, version_life
from assay.console import FAILED, REFUSED, USAGE, CommandError
from assay.ingest import contract_of, require_source
from assay.run_end import end_with
from lake.errors import InvalidRequestError

STORY: dict[str, Any] = {
    "run": "20240401T020000Z-erase-a", "dataset": "transactions", "status": "SUCCEEDED", "seconds": 1.0,
    "execution_arn": "arn", "ledger": {}, "journal": {}, "sources": [], "refused_sources": [], "states": [],
    "failure": {}, "summary": {},
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "A.CSV", "with space.csv", "späť.csv"])
def test_a_file_of_a_name_that_runs_take_is_delivered(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    require_source(tmp_path / name)


@pytest.mark.parametrize("name", ["a.txt", "a.parquet", "a.csv.bz2", "_a.csv", ".csv", "_READY", "a"])
def test_a_file_that_no_run_would_ever_take_is_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(CommandError, match=r"ends in \.csv or \.csv\.gz .* nothing was delivered") as raised:
        require_source(tmp_path / name)
    assert raised.value.code == USAGE


def test_a_folder_is_no_file_and_what_is_not_there_neither(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is a folder; name its files"):
        require_source(tmp_path)
    with pytest.raises(CommandError, match=r"there is no file .*a\.csv"):
        require_source(tmp_path / "a.csv")


class Events:
    """EventBridge with one rule, or a caller who may not see it."""

    def __init__(self, state: str) -> None:
        self._state = state

    def describe_rule(self, Name: str) -> dict[str, str]:  # noqa: N803 - the name AWS gives it
        assert Name == "assay-test-bronze-objects"
        if not self._state:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeRule")
        return {"Name": Name, "State": self._state}


@pytest.mark.parametrize(("state", "held"), [("ENABLED", False), ("DISABLED", True), ("", False)])
def test_a_hold_is_seen_by_whoever_may_look(state: str, held: bool) -> None:
    target: Any = SimpleNamespace(name="assay-test", client=lambda service: Events(state))
    assert ingest.is_on_hold(target) is held


@pytest.mark.parametrize("dataset", ["account_balances", "nothing"])
def test_files_are_of_a_dataset_that_is_ingested(dataset: str) -> None:
    with pytest.raises(CommandError, match=r"no files of '.*' are ingested; datasets that are: canary, transactions"):
        contract_of(dataset)
    assert contract_of("transactions").dataset == "transactions"


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (["succeeded", "nothing_to_do", "dry_run"], None),
        (["refused", "succeeded"], REFUSED),
        (["refused", "failed"], FAILED),
        (["aborted"], FAILED),
        (["timed_out"], FAILED),
    ],
)
def test_a_bad_end_is_no_zero(outcomes: list[str], code: int | None) -> None:
    ended = [{"run": f"run-{each}", "outcome": each} for each in outcomes]
    if code is None:
        end_with(*ended)
        return
    with pytest.raises(CommandError, match="assay runs show run-") as raised:
        end_with(*ended)
    assert raised.value.code == code


def test_what_waits_for_the_end_of_a_hold_is_named() -> None:
    ended = [{"run": None, "outcome": "on_hold", "key": key} for key in ("a.csv", "b.csv")]
    with pytest.raises(CommandError, match=r"on hold: no run takes a\.csv, b\.csv now.*safe in bronze") as raised:
        end_with({"run": "run-1", "outcome": "succeeded", "key": "c.csv"}, *ended)
    assert raised.value.code == FAILED


def test_a_refused_file_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    refused = [{"key": "a.csv", "code": "UNREADABLE", "message": "cut"}, {"key": "b.csv", "code": "X", "message": "y"}]
    story = STORY | {
        "refused_sources": refused,
        "ledger": {"outcome": "refused", "reasons": ["a.csv: UNREADABLE: cut"]},
    }
    runs.print_story(story, with_states=False)
    told = capsys.readouterr().out
    assert told.count("a.csv") == told.count("b.csv") == 1


def test_a_long_reason_does_not_break_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    row = dict.fromkeys(runs.COLUMNS, 1) | {"reason": "transactions/ingest_date=2024-03-31/a.csv: " + "very long " * 50}
    runs.print_rows([row])
    (_, line) = capsys.readouterr().out.splitlines()
    assert "  a.csv: very long" in line and line.rstrip().endswith("…")


def test_erased_rows_are_in_the_equation(capsys: pytest.CaptureFixture[str]) -> None:
    counts = {"input": 3, "valid": 0, "quarantined": 0, "condemned": 0, "duplicate": 0, "outside": 1, "erased": 2}
    summary = {"counts": counts, "errors": {}, "late": {}, "partitions": []}
    runs.print_story(STORY | {"summary": summary}, with_states=False)
    told = "3 input = 0 valid + 0 quarantined + 0 condemned + 0 duplicate + 1 outside + 2 erased"
    assert told in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("dataset", "version"), [("nothing", "v1"), ("transactions", "v9")])
def test_a_version_that_is_not_there_has_no_next_step(dataset: str, version: str) -> None:
    with pytest.raises(InvalidRequestError, match="there are: "):
        version_life.move(dataset, version, "deprecated", "why", date(2024, 6, 1))
