"""What a run that replaces adds to quarantine: rows that fail anew, and new states of rows that are there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules.held_state import OPEN, RECOVERED
from lake.spark.entries import Event, following, no_errors
from lake.spark.reuse import kept
from transforms.held import CONTENT, Held
from transforms.job_run import JobRun
from transforms.quarantine import once, promised_names, write_entries
from transforms.written import NOTHING, Written

VALID_NOW = "valid as it was delivered, when its source was read again"
FAILS_AGAIN = "not valid any more, when its source was read again"


@dataclass(frozen=True)
class Requarantined:
    """The entries that were added. `opened`: rows that wait now and did not; `known`: rows that are there already."""

    files: Written
    opened: int
    known: int


UNCHANGED = Requarantined(NOTHING, 0, 0)


def requarantine(run: JobRun, failed: DataFrame | None, recovered: DataFrame | None, held: Held) -> Requarantined:
    """Add what changed: rows that fail anew are opened, open rows that are valid now are recovered."""
    event = Event(str(run.run_id), run.started_at, run.plan.details.get("requested_by", "a run"))
    failed = None if failed is None else kept(failed)
    coming = [] if failed is None else [each.select(*promised_names(run)) for each in _opened(failed, held, event)]
    opened = sum(each.count() for each in coming)
    known = failed.count() - opened if failed is not None else 0
    leaving = [each.select(*promised_names(run)) for each in recovered_entries(held, recovered, event)]
    if not coming and not leaving:
        return UNCHANGED
    rows = kept(reduce(lambda one, other: one.unionByName(other), [*coming, *leaving]))
    if rows.isEmpty():
        return Requarantined(NOTHING, 0, known)
    files = write_entries(run, held.place, rows, held.bases)
    return Requarantined(files, opened, known)


def _opened(failed: DataFrame, held: Held, event: Event) -> Iterator[DataFrame]:
    """Rows that are open from now on: new ones, and those that silver is about to lose."""
    failed = once(failed)
    yield failed if held.newest is None else failed.join(held.newest, CONTENT, "left_anti")
    again = _reopened(failed, held, event)
    if again is not None:
        yield again


def recovered_entries(held: Held, recovered: DataFrame | None, event: Event) -> Iterator[DataFrame]:
    """Rows that wait no more. They have no attempt behind them: silver has them as they were delivered."""
    waiting = held.waiting()
    if waiting is not None and recovered is not None:
        changes = {"state": F.lit(RECOVERED), "errors": no_errors(), "attempt_count": F.lit(0)}
        yield following(waiting.join(recovered, CONTENT, "left_semi"), event, changes, F.lit(VALID_NOW))


def _reopened(failed: DataFrame, held: Held, event: Event) -> DataFrame | None:
    """Rows that silver had as they were delivered, and that fail again; silver is about to lose them."""
    back = held.back_in_silver()
    if back is None:
        return None
    errors = failed.select(*CONTENT, F.col("errors").alias("_errors_now")).dropDuplicates(CONTENT)
    again = back.join(errors, CONTENT)
    changes = {"state": F.lit(OPEN), "errors": F.col("_errors_now")}
    return following(again, event, changes, F.lit(FAILS_AGAIN)).drop("_errors_now")
