"""The commit rules of a partition: the next snapshot, whether it may be appended now, whether it is already there."""

from collections.abc import Iterable
from dataclasses import asdict

from lake.errors import BaseMovedError, PointerMovedError
from lake.rules.snapshot import Snapshot, name_snapshot
from lake.rules.summary import APPEND, ROLLBACK, FileEntry, PartitionFiles, RunSummary


def shows(snapshot: Snapshot, summary: RunSummary, part: PartitionFiles) -> bool:
    """Whether a snapshot is the work of this promotion: of this run, or of another one that took the same new files.

    A rollback brings files back that were there before, so only its own snapshot counts.
    """
    if snapshot.run_id == summary.run_id:
        return True
    mine = {file.uri for file in part.files} if summary.mode != ROLLBACK else set()
    return any(file.uri in mine for file in snapshot.files)


def next_snapshot(
    summary: RunSummary, layer: str, part: PartitionFiles, parent: Snapshot | None, committed_at: str
) -> Snapshot:
    """The state after a promotion: the parent's files and the run's (append), or the run's alone."""
    sequence = parent.sequence + 1 if parent else 1
    kept = parent.files if parent and summary.mode == APPEND else ()
    files = (*kept, *part.files)
    return Snapshot(
        snapshot_version=1,
        snapshot_id=name_snapshot(sequence, summary.run_id),
        sequence=sequence,
        dataset=summary.dataset,
        layer=layer,
        schema_version=summary.schema_version,
        partition=part.partition,
        mode=summary.mode,
        parent=parent.snapshot_id if parent else None,
        run_id=summary.run_id,
        execution_arn=summary.execution_arn,
        build_id=summary.build_id,
        contract_version=summary.contract_version,
        contract_sha256=summary.contract_sha256,
        committed_at=committed_at,
        rows=sum(file.rows for file in files),
        files=files,
        sources=part.sources or summary.sources,
        counts=asdict(summary.counts),
        inputs=summary.inputs,
        approved_by=summary.approved_by,
        reason=summary.reason,
    )


def base_id(part: PartitionFiles) -> str | None:
    """The snapshot a run looked at before it wrote."""
    return part.base.snapshot_id if part.base else None


def check_base(summary: RunSummary, part: PartitionFiles, current: Snapshot | None, base: Snapshot | None) -> None:
    """Raise BaseMovedError or PointerMovedError when the partition moved in a way that makes the run's work wrong."""
    if (current.snapshot_id if current else None) == base_id(part):
        return
    now = current.snapshot_id if current else "nothing"
    if summary.mode != APPEND:
        raise PointerMovedError(
            f"run {summary.run_id} was to replace {summary.dataset} {part.partition} at snapshot {base_id(part)}, "
            f"but current is {now}; plan it again"
        )
    reason = _conflict(part.files, current, base)
    if reason:
        raise BaseMovedError(
            f"{summary.dataset} {part.partition} moved from snapshot {base_id(part) or 'nothing'} to {now} since run "
            f"{summary.run_id} looked for duplicates in it, and {reason}; the next run takes the sources again"
        )


def _conflict(mine: Iterable[FileEntry], current: Snapshot | None, base: Snapshot | None) -> str | None:
    before = {file.uri for file in base.files} if base else set()
    now = {file.uri for file in current.files} if current else set()
    if not before <= now:
        # rows of this run may have been dropped as duplicates of rows that are gone
        return "files that it compared with are no longer current"
    added = [file for file in current.files if file.uri not in before] if current else []
    for file in mine:
        for other in added:
            if _overlaps(file, other):
                return f"keys may clash: {file.key_min}..{file.key_max} and {other.key_min}..{other.key_max}"
    return None


def _overlaps(one: FileEntry, other: FileEntry) -> bool:
    if None in (one.key_min, one.key_max, other.key_min, other.key_max):
        return True
    return str(one.key_min) <= str(other.key_max) and str(other.key_min) <= str(one.key_max)
