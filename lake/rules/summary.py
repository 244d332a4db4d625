"""The run summary: what a run leaves in `_SUCCESS` for the gate and the promotion."""

from collections import Counter
from dataclasses import dataclass, field

APPEND = "append"
REPLACE = "replace"
ROLLBACK = "rollback"


@dataclass(frozen=True)
class Counts:
    """Where every input record ended (P1). `outside`: what the run was not to touch, and left as it was.

    Of a run that replaces: rows of other partitions. Of a retry: named rows that are no longer as the person saw them.
    `erased`: condemned rows whose values a run took away.
    """

    input: int
    valid: int
    quarantined: int = 0
    condemned: int = 0
    duplicate: int = 0
    outside: int = 0
    erased: int = 0

    @property
    def accounted(self) -> int:
        """Rows that have an end."""
        return self.valid + self.quarantined + self.condemned + self.duplicate + self.outside + self.erased


@dataclass(frozen=True)
class FileEntry:
    """One data file; rows and key range come from its footer, bytes from the object.

    Of a quarantine file: its rows by `states`; and how many open rows more there are than before, `waiting`, with each
    of the `errors`, and how many condemned ones, `condemned`. Less where it is negative.
    """

    uri: str
    rows: int
    bytes: int
    run_id: str
    key_min: str | None = None
    key_max: str | None = None
    errors: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    condemned: int = 0

    @property
    def opened(self) -> int:
        """Open rows more than before, of a quarantine file; one of an older build tells no states: its rows wait."""
        return self.waiting if self.states else self.rows


@dataclass(frozen=True)
class Base:
    """The state of a partition that a run looked at before it wrote."""

    sequence: int
    snapshot_id: str


@dataclass(frozen=True)
class SourceRef:
    """The trace from a run back to a bronze object."""

    source_id: str
    bucket: str
    key: str
    version_id: str
    etag: str
    ingest_date: str
    records: int


@dataclass(frozen=True)
class PartitionFiles:
    """The files a run wrote for one partition, and what was current when it looked (None: nothing).

    `sources` are those of the files where they are not the run's own: of a rollback, of a compaction.
    """

    partition: str
    rows: int
    files: tuple[FileEntry, ...]
    base: Base | None = None
    sources: tuple[SourceRef, ...] = ()


@dataclass(frozen=True)
class ControlTotal:
    """What must agree between a gold partition and the silver it was built from."""

    partition: str
    rows: int
    expected_rows: int
    amount: str
    expected_amount: str


@dataclass(frozen=True)
class AmountChange:
    """The sum of an amount column in one currency, before and after; decimal text, `0` where there was none."""

    column: str
    currency: str
    before: str
    after: str


@dataclass(frozen=True)
class PartitionComparison:
    """What a replacement would change in one partition. Rows are matched by key, `changed` have other content."""

    partition: str
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    amounts: tuple[AmountChange, ...] = ()


@dataclass(frozen=True)
class RowSetProof:
    """That a partition holds the same rows as before: how many, and the sum of the hashes of all their fields.

    `difference` counts the rows that are on one side only, None where they were too many to be compared one by one.
    """

    partition: str
    rows_before: int
    rows_after: int
    sum_before: str
    sum_after: str
    difference: int | None = None


@dataclass(frozen=True)
class RunSummary:
    """`_SUCCESS`. `columns` are the data columns read back from the footers, name to Hive type; those of files that
    were written under older schema versions are in `older_columns`, by version.

    A run that replaces has one entry of `partitions` for every planned one, without files where nothing is left, one
    entry of `comparison` for each, and in `outside` the rows of other partitions by source id. `carried` rows of silver
    were corrected by people and are taken over as they are. `quarantine` always adds: entries of rows that came, or
    whose state changed. `worsened`, of a retry: rows that fail a check they had passed before; `unmatched`: rows that
    it wrote to silver or as recovered to quarantine, but not to both. `recovered`, of a run that ingests a source once
    more: rows that waited and that silver has now.
    Gold: `counts.input` and `counts.valid` are rows written; `inputs` maps `<dataset>/<partition>` to the
    snapshot id that was read; `control_totals` has one entry for each partition.
    A run that erases has in `quarantine` all that is left of each day, in `comparison` the entries before and after.
    """

    summary_version: int
    run_id: str
    dataset: str
    layer: str
    schema_version: str
    kind: str
    mode: str
    execution_arn: str
    build_id: str
    contract_version: str
    contract_sha256: str
    attempt: str
    started_at: str
    finished_at: str
    counts: Counts
    columns: dict[str, str]
    partitions: tuple[PartitionFiles, ...]
    quarantine: tuple[PartitionFiles, ...] = ()
    quarantine_columns: dict[str, str] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    sources: tuple[SourceRef, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)
    control_totals: tuple[ControlTotal, ...] = ()
    outside: dict[str, int] = field(default_factory=dict)
    comparison: tuple[PartitionComparison, ...] = ()
    carried: int = 0
    worsened: int = 0
    unmatched: int = 0
    recovered: int = 0
    older_columns: dict[str, dict[str, str]] = field(default_factory=dict)
    proofs: tuple[RowSetProof, ...] = ()
    approved_by: str | None = None
    reason: str | None = None

    @property
    def states(self) -> dict[str, int]:
        """Entries that the run wrote to quarantine, by state."""
        found: Counter[str] = Counter()
        for part in self.quarantine:
            for file in part.files:
                found.update(file.states)
        return dict(found)
