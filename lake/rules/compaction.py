"""Compaction: which partitions have more files than they need, and the proof that a new one holds the same rows."""

from collections.abc import Iterator, Mapping, Sequence

from lake.rules.contract import Contract
from lake.rules.gate import identity_reasons
from lake.rules.layout import version_of
from lake.rules.plan import Plan
from lake.rules.summary import FileEntry, RowSetProof, RunSummary

_MEGABYTE = 1 << 20


def files_needed(files: Sequence[FileEntry], target_megabytes: int) -> int:
    """How many files of the target size hold what these hold. Schema versions do not share a file."""
    by_version: dict[str, int] = {}
    for file in files:
        version = version_of(file.uri)
        by_version[version] = by_version.get(version, 0) + file.bytes
    return sum(max(1, -(-total // (target_megabytes * _MEGABYTE))) for total in by_version.values())


def is_scattered(files: Sequence[FileEntry], target_megabytes: int) -> bool:
    """Whether compaction is worth it: at least twice as many files as needed."""
    return len(files) >= 2 * max(1, files_needed(files, target_megabytes))


def compaction_reasons(summary: RunSummary, plan: Plan, contract: Contract, rows: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with a compaction. `rows`: how many each planned partition has, by its snapshot."""
    yield from identity_reasons(summary, plan, contract)
    planned = {each.partition: each.base for each in plan.partitions}
    if {part.partition: part.base for part in summary.partitions} != planned:
        yield f"the run wrote {len(summary.partitions)} partitions, the plan names {len(planned)} or other bases"
    proofs = {each.partition: each for each in summary.proofs}
    for name in planned:
        yield from (f"{name}: {why}" for why in _proof(proofs.get(name), rows.get(name)))
    for part in summary.partitions:
        compared = proofs[part.partition].rows_after if part.partition in proofs else part.rows
        if part.rows != compared:
            yield f"{part.partition}: its files hold {part.rows} rows, {compared} were compared"


def _proof(proof: RowSetProof | None, rows: int | None) -> Iterator[str]:
    if proof is None:
        yield "there is no proof that its rows are the same"
        return
    if proof.rows_before != rows:
        yield f"{proof.rows_before} rows were read, its snapshot has {rows}"
    if proof.rows_after != proof.rows_before:
        yield f"{proof.rows_after} rows after compaction, {proof.rows_before} before"
    if proof.sum_after != proof.sum_before:
        yield f"the rows are not the same: their hashes add up to {proof.sum_after}, before to {proof.sum_before}"
    if proof.difference:
        yield f"{proof.difference} rows are on one side only"
