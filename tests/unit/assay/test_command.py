"""The command without a stack: plain words and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assay.console import INTERRUPTED, CommandError, plain_errors
from assay.ingest import day_of


def assay(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), "ASSAY_LOCAL_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "assay", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_without_a_local_aws_a_command_says_how_to_start_it(tmp_path: Path) -> None:
    done = assay(tmp_path, "runs")
    assert (done.returncode, done.stdout) == (4, "")
    assert "assay local start" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_environment_names_the_known_ones(tmp_path: Path) -> None:
    done = assay(tmp_path, "query", "select 1", "--env", "production")
    assert done.returncode == 2
    assert "expected one of: local, prod, staging" in done.stderr


def test_status_can_be_read_by_a_program(tmp_path: Path) -> None:
    done = assay(tmp_path, "local", "status", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["running"] is False


def test_the_variables_of_the_local_aws_are_for_a_shell_or_a_program(tmp_path: Path) -> None:
    lines = assay(tmp_path, "local", "environment").stdout.splitlines()
    variables = json.loads(assay(tmp_path, "local", "environment", "--json").stdout)
    assert lines == [f"export {name}={value}" for name, value in variables.items()]
    assert variables["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")


def test_one_standard_output_is_not_for_rows_and_json(tmp_path: Path) -> None:
    done = assay(tmp_path, "quarantine", "export", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--out" in done.stderr


@pytest.mark.parametrize(
    ("path", "given", "day"),
    [
        ("x.csv", "2024-03-31", "2024-03-31"),
        ("in/ingest_date=2017-03-28/x.csv", None, "2017-03-28"),
        ("in/ingest_date=2017-03-28/x.csv", "2024-03-31", "2024-03-31"),
    ],
)
def test_the_day_of_delivery_is_given_or_in_the_path(tmp_path: Path, path: str, given: str | None, day: str) -> None:
    assert day_of(tmp_path / path, given) == day


def test_what_is_no_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"'31\.03\.2024' is not a day"):
        day_of(tmp_path / "x.csv", "31.03.2024")


def test_ctrl_c_says_that_what_was_started_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), plain_errors():
        sys.exit(INTERRUPTED)
    assert "what was started goes on, see assay runs" in capsys.readouterr().err
