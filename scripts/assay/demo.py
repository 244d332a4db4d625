"""`assay demo`: from nothing to month-end balances, with everything shown on the way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assay import stack
from assay.build import REPOSITORY
from assay.console import out, print_json, print_table
from assay.deliveries import ingest_files
from assay.query import Answer, ask
from assay.run_end import end_with
from assay.sample import write_sample
from assay.target import LOCAL, Target, select
from local_aws import control

SAMPLE = REPOSITORY / "build" / "sample" / "transactions-2024-03.csv"
DAY = "2024-03-31"

BY_REASON = """
SELECT code AS error_code, count(*) AS rows_affected, substr(min(found), 1, 40) AS for_example
FROM transactions_quarantine CROSS JOIN UNNEST(errors) AS t (code, field, found, expected)
GROUP BY code ORDER BY rows_affected DESC, error_code
"""
BALANCES = """
SELECT as_of_month, currency, count(*) AS accounts, sum(closing_balance) AS closing_balance
FROM account_balances_v1
WHERE as_of_month BETWEEN '2024-01' AND '2024-03'
GROUP BY as_of_month, currency ORDER BY as_of_month, closing_balance DESC
"""
NEXT = """What to try next (`source .venv/bin/activate` lets the shell find `assay`)
  assay query "select * from transactions where year = 2024 and month = 3 limit 5"
  assay ingest my-file.csv            deliver a file of your own (columns as in contracts/transactions/v1.yaml)
  assay runs                          every run; assay runs show RUN tells the story of one
  assay local outbox                  the mails the platform team would have got
  assay local stop                    stop; assay local start brings everything back"""


def play(quiet: bool = False) -> None:
    """Play the whole demonstration; with quiet, only one JSON document at the end."""
    times: dict[str, float] = {}
    with _timed(times, "local AWS", quiet):
        control.start()
    target = select(LOCAL)
    with _timed(times, "Terraform", quiet):
        applied = stack.apply(target, quiet)
        _say(quiet, f"stack [bold]{applied.name}[/] is up: build {applied.build_id}, {applied.how}")
    truth = write_sample(SAMPLE)
    _say(quiet, f"\nsample: {truth.rows:,} records, {truth.quarantined} of them bad, {truth.duplicate} delivered twice")
    with _timed(times, "ingestion", quiet):
        told = ingest_files(target, "transactions", [SAMPLE], DAY, quiet)
    end_with(*told)
    with _timed(times, "queries", quiet):
        answers = _answers(target, quiet)
    _close(quiet, told, answers, times)


def _answers(target: Target, quiet: bool) -> dict[str, Answer]:
    answers = {}
    for title, sql in (("Quarantine by reason", BY_REASON), ("Month-end balances", BALANCES)):
        answers[title] = ask(target, sql)
        if not quiet:
            out.print(f"\n[bold]{title}[/] (Athena)")
            print_table(answers[title].columns, answers[title].rows)
    return answers


def _close(quiet: bool, told: list[dict[str, Any]], answers: dict[str, Answer], times: dict[str, float]) -> None:
    if quiet:
        print_json({"runs": told, "answers": {name: each.rows for name, each in answers.items()}, "seconds": times})
        return
    out.print("\ntime went to: " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in times.items()))
    out.print(f"\n{NEXT}", highlight=False, soft_wrap=True)


@contextmanager
def _timed(times: dict[str, float], name: str, quiet: bool) -> Iterator[None]:
    started = time.monotonic()
    _say(quiet, f"[bold cyan]{name}[/]")
    yield
    times[name] = round(time.monotonic() - started, 1)


def _say(quiet: bool, text: str) -> None:
    if not quiet:
        out.print(text, soft_wrap=True)
