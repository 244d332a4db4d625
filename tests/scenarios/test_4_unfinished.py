"""Scenario 4, a run dies for good between silver and quarantine: no row twice, none lost."""

from pathlib import Path

import pytest

from assay.runs import print_story, story
from assay.target import Target
from lake.rules.spreadsheet import unescape
from tests.scenarios import pipeline
from tests.scenarios.interruptions import quarantine_not_writable
from tests.scenarios.pipeline import number, query
from tests.scenarios.steward import complaint, corrected, export, run, run_quietly, save

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1800)]


def states_of(target: Target, row_id: str) -> list[str | None]:
    """The states of a row, first to last."""
    sql = f"SELECT state FROM transactions_quarantine_history WHERE row_id = '{row_id}' ORDER BY revision"
    return [each[0] for each in query(target, sql)]


@pytest.fixture
def dead(target: Target, tmp_path: Path) -> tuple[str, str, str]:
    """A retry that died for good between silver and quarantine: the source, the row's id, the run."""
    rows = [*pipeline.rows_for("2024-08", 100, "DEAD"), ["DEAD-BAD", "A", "x", "EUR", "2024-08-05T10:00:00Z"]]
    taken = pipeline.run_file(target, pipeline.write_csv(tmp_path / "dead.csv", rows), "2024-08-06")
    source = str(taken["sources"][0]["source_id"])
    (line,) = export(source, tmp_path / "dead.csv")
    row_id = unescape(line["row_id"])
    file = save(tmp_path / "fix.csv", [corrected(7007, line)])
    with quarantine_not_writable(target):
        died = run_quietly(target, file)
    assert died["outcome"] == "failed"
    return source, row_id, died["run"]


def test_a_retry_that_died_between_silver_and_quarantine_is_finished_by_the_next_run(
    target: Target, dead: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, row_id, died = dead
    in_silver = f"SELECT COUNT(*) FROM transactions WHERE row_id = '{row_id}'"
    assert (number(target, in_silver), states_of(target, row_id)) == (1, ["open"])
    # the steward sees an open row, and corrects it in another way
    (line,) = export(source, tmp_path / "again.csv")
    told = run_quietly(target, save(tmp_path / "other.csv", [corrected(7008, line)]))

    assert (told["outcome"], told["counts"]["outside"], told["counts"]["valid"]) == ("succeeded", 1, 0)
    assert states_of(target, row_id) == ["open", "recovered"]
    assert number(target, in_silver) == 1
    sql = "SELECT transaction_id FROM transactions WHERE transaction_id IN ('RETRY-FIXED-7007', 'RETRY-FIXED-7008')"
    assert query(target, sql) == [["RETRY-FIXED-7007"]]
    assert "no longer open, it is recovered" in complaint("retry", str(tmp_path / "fix.csv"))
    assert run("check") == []
    capsys.readouterr()
    print_story(story(target, died), with_states=False)
    assert "was promoted later" in capsys.readouterr().out
