"""The last look at rows that a run moved between silver and quarantine: each is where its state says."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.errors import RowStateError
from lake.rules import layout
from lake.rules.held_state import RECOVERED
from lake.rules.run import HELD_KINDS
from lake.rules.summary import RunSummary
from lake.spark.current import read_versions
from transforms.held import entries_of
from transforms.job_run import JobRun, pointers

MOST_NAMED = 5


def check_row_states(run: JobRun, summary: RunSummary) -> None:
    """Compare a run's entries with what is current in the months it touched, after both were promoted.

    Raises RowStateError when a recovered row is not in silver, or one that is not recovered is.
    """
    if run.plan.kind not in HELD_KINDS or not summary.partitions:
        return
    uris = [file.uri for part in summary.quarantine for file in part.files]
    entries = entries_of(run, uris, ("row_id", "state"))
    if entries is None:
        return
    wrong = _wrong(entries, _there(run, summary))
    if wrong:
        raise RowStateError(
            f"run {run.run_id}: rows are not where their state says, such as {', '.join(wrong)}; expected: recovered "
            "rows in silver, and no other. `assay quarantine show ROW` tells more, `assay rollback --run` undoes it"
        )


def _there(run: JobRun, summary: RunSummary) -> DataFrame | None:
    """The names of the rows that are current in these months."""
    place = layout.table_place(run.lake.buckets.silver, summary.dataset, summary.schema_version)
    found = pointers(run, place, [each.partition for each in summary.partitions])
    uris = [uri for pointer in found.values() for uri in pointer.uris]
    return read_versions(run.spark, uris, "row_id string").select("row_id") if uris else None


def _wrong(entries: DataFrame, there: DataFrame | None) -> list[str]:
    """Few rows are wrong, if any: a look at each is cheap."""
    recovered = entries.where(F.col("state") == RECOVERED).select("row_id")
    if there is None:
        lost, doubled = recovered, None
    else:
        lost = recovered.join(there, "row_id", "left_anti")
        doubled = there.join(F.broadcast(entries.where(F.col("state") != RECOVERED)), "row_id", "left_semi")
    rows = lost if doubled is None else lost.unionByName(doubled)
    return [row["row_id"] for row in rows.limit(MOST_NAMED).collect()]
