"""Every kind of failure as a mail: the first line tells what happened, the last one what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from assay.__main__ import app
from lake.rules.alert import MOST_LINES, alert_mail, raw_mail
from lake.rules.alert_words import WORDS
from lake.rules.event import Event, EventKind
from lake.rules.incoming import read_event

REPOSITORY = Path(__file__).parents[3]
EVENTS = REPOSITORY / "tests/events/alerts"
RUN = "20240401T020000Z-daily-0123456789ab"

# event => what its first line tells, what its last line says to do
MAILS = {
    "job-raised": ("Run of transactions failed in IngestToSilver: ValueError: ", f"assay runs again {RUN}"),
    "job-out-of-memory": ("failed in IngestToSilver: java.lang.OutOfMemoryError", "more workers"),
    "job-timed-out": ("failed in BuildGold: the state took longer", f"assay runs again {RUN}"),
    "function-raised": ("failed in ReadRunSummary: the run left no readable _SUCCESS", f"assay runs again {RUN}"),
    "access-denied": ("failed in PromoteSilver: promote-run may not write", "assay deploy plan --env prod"),
    "promoted-in-part": ("failed in PromoteSilver: S3 answers 503", f"assay runs again {RUN}"),
    "source-replaced": ("failed in IngestToSilver: Spark read 9 records", f"assay runs again {RUN}"),
    "replacement-overtaken": ("year=2024/month=03 was promoted by another run", "assay backfill plan --replan"),
    "execution-failed": ("Run of transactions failed in an unknown step: States.Runtime", f"assay runs show {RUN}"),
    "execution-timed-out": ("Run of transactions timed out", f"assay runs show {RUN}"),
    "execution-aborted": ("Run of transactions was aborted in an unknown step: ByHand: ", f"assay runs show {RUN}"),
    "refused-quarantine-rate": ("Run of transactions was refused: quarantine rate 6.0 %", f"assay runs show {RUN}"),
    "refused-not-conserved": ("refused: rows are not conserved", f"assay runs show {RUN}"),
    "refused-files": ("Files of transactions were refused: 2 file(s)", f"assay runs show {RUN}"),
    "gate-overridden": ("promoted by override: the platform team says", f"assay rollback --run {RUN}"),
    "object-ignored": ("An object arrived in bronze that no run will ever take", "assay ingest FILE"),
    "late-data": ("Late data of transactions: 120 rows", "assay backfill start 20240620T100000Z-01234567"),
    "approval-needed": ("Approval needed for transactions: ", "assay backfill approve 20240620T100000Z-01234567"),
    "approval-expired": ("Not approved for transactions: nobody answered", "assay backfill start"),
    "version-deprecated": ("went a step on: v1 is deprecated", "assay contract status transactions"),
    "quarantine-waits": ("Rows wait in quarantine: 190", "assay quarantine summary --env prod"),
    "freshness-missed": ("transactions is not fresh: its last run succeeded 48 hours ago", "assay runs --env prod"),
    "drift-found": ("The stack prod is not as its last deployment left it", "assay drift --env prod"),
    "deployment-reverted": ("A deployment to prod was reverted: smoke: BuildGold failed", "nothing tonight"),
    "deployment-failed": ("A deployment to prod failed: there is no build to", "assay deploy status --env prod"),
    "alarm-function-errors": ("The function assay-prod-promote-run raised an error.", "assay runs --env prod"),
    "alarm-nothing-succeeds": ("No run succeeded for 26 hours.", "assay runs --env prod"),
    "run-not-closed": ("Run of transactions was aborted in an unknown step: Step ", f"assay runs show {RUN}"),
    "function-gave-up": ("The function assay-prod-dispatch", "assay runs --env prod"),
}  # fmt: skip


def mail_of(name: str) -> list[str]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    alert = alert_mail(read_event(found, "prod"))
    assert alert.subject == f"Assay prod: {alert.body.splitlines()[0]}"
    return alert.body.splitlines()


def test_every_event_is_tried_and_every_kind_has_one() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(MAILS)
    tried = {read_event(json.loads(path.read_text()), "prod").kind for path in EVENTS.glob("*.json")}
    assert tried == set(EventKind) == set(WORDS)


@pytest.mark.parametrize("name", sorted(MAILS))
def test_the_first_line_tells_what_happened_and_the_last_what_to_do(name: str) -> None:
    lines, (told, to_do) = mail_of(name), MAILS[name]
    assert told in lines[0]
    assert lines[-1].startswith("What to do: ") and to_do in lines[-1]
    assert [line for line in lines if line.startswith("Is data at risk? ")]
    assert "unknown" not in lines[-1] and "{" not in "".join(lines[:1] + lines[-1:])


@pytest.mark.parametrize("name", sorted(MAILS))
def test_runbook_and_commands_of_a_mail_exist(name: str) -> None:
    lines = mail_of(name)
    (runbook,) = (line.removeprefix("Runbook: ") for line in lines if line.startswith("Runbook: "))
    assert (REPOSITORY / runbook).is_file()
    known = typer.main.get_command(app)
    for words in re.findall(r"\bassay ([a-z]+(?: [a-z]+)?)", "\n".join(lines)):
        assert_is_command(known, words.split())


def assert_is_command(group: Any, words: list[str]) -> None:
    found = group.commands.get(words[0])
    assert found is not None, words
    if hasattr(found, "commands") and len(words) > 1:
        assert words[1] in found.commands, words


def test_a_mail_about_a_run_names_all_a_person_begins_with() -> None:
    text = "\n".join(mail_of("access-denied"))
    for words in (
        "Environment: prod", "Dataset: transactions", "Partitions: year=2024/month=03", f"Run: {RUN}",
        "Since: 2024-04-01T02:07:08Z", "Build: 0283491ab12c", "Is data at risk? No. Nothing was promoted",
        "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states",
        f"Context: s3://assay-prod-control/runs/{RUN}/_FAILED.json", f"Story: assay runs show {RUN} --env prod",
        "Runbook: docs/runbooks/failed-run.md",
    ):  # fmt: skip
        assert words in text


def test_a_run_that_could_not_be_closed_says_what_is_still_held() -> None:
    text = "\n".join(mail_of("run-not-closed"))
    assert "close-run" in text and "gave up: AccessDeniedError" in text and "its sources are not given back" in text


def test_an_error_of_many_lines_gives_a_first_line_and_the_rest_below() -> None:
    lines = alert_mail(Event(EventKind.RUN_FAILED, "prod", "boom\nat line 7", "d", state="S")).body.splitlines()
    assert lines[0] == "Run of d failed in S: boom"
    assert lines[lines.index("In full:") + 2] == "- at line 7"


def test_braces_in_an_error_are_only_text() -> None:
    body = alert_mail(Event(EventKind.RUN_FAILED, "prod", "no field {run_id} in {}", "d", state="S")).body
    assert body.startswith("Run of d failed in S: no field {run_id} in {}")


def test_long_lists_are_cut() -> None:
    lines = tuple(f"line {n}" for n in range(MOST_LINES + 5))
    assert "- and 5 more" in alert_mail(Event(EventKind.RUN_FAILED, "prod", lines=lines)).body


def test_what_cannot_be_put_in_words_is_there_as_it_came() -> None:
    alert = raw_mail({"source": "assay", "detail": {"odd": 1}}, "prod", KeyError("detail-type"))
    lines = alert.body.splitlines()
    assert "could not be put in words" in lines[0] and '"odd": 1' in alert.body
    assert lines[-1].startswith("What to do: ")
