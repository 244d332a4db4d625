"""Scenario 4, what a steward sees: why rows wait, the story of one of them, a file to correct, a page to look at."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assay.__main__ import app
from assay.sample import HEADER, Truth, write_sample
from assay.target import Target
from lake.rules.spreadsheet import unescape
from tests.scenarios import pipeline
from tests.scenarios.pipeline import outcome

pytestmark = [pytest.mark.stack, pytest.mark.slow]

DAY = "2024-06-03"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The generated sample, with a seed of its own and every kind of bad row."""
    file = tmp_path_factory.mktemp("steward") / "steward.csv"
    truth = write_sample(file, 4_000, seed=44)
    file.write_text(file.read_text().replace("TX-2024", "STEW"))
    return file, truth


@pytest.fixture(scope="module")
def story(target: Target, sample: tuple[Path, Truth]) -> dict[str, Any]:
    """The run that ingested it."""
    found = pipeline.run_file(target, sample[0], DAY)
    assert outcome(found) == "succeeded"
    return found


@pytest.fixture(scope="module")
def waiting(story: dict[str, Any]) -> Rows:
    """Every row of the sample that waits, as `list` tells it."""
    found: Rows = json.loads(assay("list", "--source", source_id(story), "--limit", "10000", "--json"))
    return found


def source_id(story: dict[str, Any]) -> str:
    return str(story["sources"][0]["source_id"])


def assay(*arguments: str) -> str:
    """What `assay quarantine …` prints."""
    done = CliRunner().invoke(app, ["quarantine", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_summary_counts_what_waits_by_reason_and_source(
    sample: tuple[Path, Truth], story: dict[str, Any], waiting: Rows
) -> None:
    found = json.loads(assay("summary", "--json"))["open"]
    sources = {each["name"]: each["rows"] for each in found["sources"]}
    assert sources[source_id(story)] == sample[1].quarantined == len(waiting)
    assert found["rows"] == sum(found["ages"]) == sum(sources.values())
    text = assay("summary")
    assert "assay quarantine export --reason" in text and source_id(story) in text


def test_every_kind_of_error_is_listed_and_can_be_asked_for(
    sample: tuple[Path, Truth], story: dict[str, Any], waiting: Rows
) -> None:
    codes = Counter(error["code"] for row in waiting for error in row["errors"])
    assert dict(codes) == sample[1].errors
    one: Rows = json.loads(assay("list", "--reason", "bad_type", "--source", source_id(story)[:6], "--json"))
    assert len(one) == min(20, codes["BAD_TYPE"])
    assert all(error["code"] == "BAD_TYPE" for row in one for error in row["errors"])
    assert json.loads(assay("list", "--since", "2039-01-01", "--json")) == []


def test_the_story_of_a_row_leads_from_its_file_to_where_it_is(
    target: Target, story: dict[str, Any], waiting: Rows
) -> None:
    source = story["sources"][0]
    told = json.loads(assay("show", waiting[0]["row_id"], "--json"))
    assert told["state"] == "open"
    assert [told["source"][name] for name in ("bucket", "key", "version_id", "etag")] == [
        source[name] for name in ("bucket", "key", "version_id", "etag")
    ]
    assert told["row"]["raw_record"] == waiting[0]["raw_record"] and told["errors"]
    assert [run["run_id"] for run in told["runs"]] == [story["run"]]
    sql = f"SELECT row_id FROM transactions WHERE source_id = '{source['source_id']}' LIMIT 1"
    valid = str(pipeline.query(target, sql)[0][0])
    assert json.loads(assay("show", valid, "--json"))["state"] == "in silver"


def test_the_exported_file_has_every_field_as_it_came(story: dict[str, Any], waiting: Rows, tmp_path: Path) -> None:
    file = tmp_path / "fix.csv"
    told = json.loads(assay("export", "--source", source_id(story), "--out", str(file), "--json"))
    assert told == {"file": str(file), "rows": len(waiting), "cut_by_excel": []}
    body = file.read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    given = {unescape(line["row_id"]): {name: unescape(line[name]) for name in HEADER} for line in lines}
    assert given == {row["row_id"]: {name: row["fields"].get(name, "") for name in HEADER} for row in waiting}
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line.values())
    assert all(line["reasons"] for line in lines)


def test_the_page_shows_no_personal_data(waiting: Rows, tmp_path: Path) -> None:
    file = tmp_path / "quarantine.html"
    assay("report", "--out", str(file))
    page = file.read_text()
    accounts = {row["fields"]["CustomerID"].strip() for row in waiting if row["fields"].get("CustomerID")} - {""}
    assert accounts and not any(account in page for account in accounts)
    assert all(code in page for code in {error["code"] for row in waiting for error in row["errors"]})


def test_the_daily_mail_tells_what_waits_without_a_look_into_any_row(target: Target, waiting: Rows) -> None:
    event = json.dumps({"scheduled_time": f"{DAY}T06:30:00Z"})
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-quarantine-digest", Payload=event)
    told = json.loads(answer["Payload"].read())
    assert told["mailed"] and told["rows"]["transactions"] >= len(waiting)
    body = str(pipeline.mails_about(target, "Rows wait in quarantine", f"{told['rows']['transactions']} row(s)")[-1])
    assert all(code in body for code in {error["code"] for row in waiting for error in row["errors"]})
    assert "not counted" not in body and waiting[0]["row_id"] not in body


def test_a_wrong_question_is_answered_in_words() -> None:
    for arguments, told in (
        (["list", "--reason", "NOPE"], "there is no reason 'NOPE'"),
        (["list", "--since", "yesterday"], "expected YYYY-MM-DD"),
        (["show", "x' OR 1=1"], "is no row id"),
        (["summary", "--dataset", "monthly_activity"], "only rows of a silver dataset"),
    ):
        done = CliRunner().invoke(app, ["quarantine", *arguments])
        assert told in str(done.exception)
