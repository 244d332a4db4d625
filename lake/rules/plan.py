"""The plan of a run: which sources it takes, at which version, with how many records."""

from dataclasses import dataclass, field

from lake.rules.run import RunKind
from lake.rules.summary import Base


@dataclass(frozen=True)
class Source:
    """One bronze object. `records` is counted apart from Spark; `header` is in file order, in the contract's spelling.

    `schema_version` is the one its rows are written under; empty means that of the plan.
    Spark reads it at `uri`, which is a copy where the planned version is not the newest of its key.
    `taken_before`: another run had it and came to no good end, so that rows of it may be there. `line_each`: its n-th
    record is on line n + 1.
    """

    source_id: str
    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    ingest_date: str
    records: int
    header: tuple[str, ...]
    compression: str | None
    multiline: bool
    uri: str
    schema_version: str = ""
    stored_at: str = ""
    taken_before: bool = False
    line_each: bool = False


@dataclass(frozen=True)
class RefusedSource:
    """A bronze object that cannot be read under the contract, and why."""

    source_id: str
    key: str
    code: str
    message: str


@dataclass(frozen=True)
class PlannedPartition:
    """A partition that a run is to replace, and what was current when that was decided (None: nothing).

    A rollback names in `target` the snapshot it brings back (None: the partition was empty then).
    """

    partition: str
    base: Base | None = None
    layer: str = "silver"
    target: str | None = None


@dataclass(frozen=True)
class Plan:
    """`plan.json`: everything a run needs to know before it starts.

    `notes` says why an object that the trigger names is neither taken nor refused. A run that replaces is limited to
    `partitions`; one that appends names none. `details` are those of the request.
    """

    plan_version: int
    run_id: str
    dataset: str
    schema_version: str
    kind: str
    mode: str
    execution_arn: str
    build_id: str
    contract_sha256: str
    planned_at: str
    sources: tuple[Source, ...]
    refused_sources: tuple[RefusedSource, ...] = ()
    notes: tuple[str, ...] = ()
    partitions: tuple[PlannedPartition, ...] = ()
    details: dict[str, str] = field(default_factory=dict)

    @property
    def input_records(self) -> int:
        """Records in all sources, by the independent count."""
        return sum(source.records for source in self.sources)

    def version_of(self, source: Source) -> str:
        """The schema version that a source's rows are written under."""
        return source.schema_version or self.schema_version

    @property
    def versions(self) -> tuple[str, ...]:
        """The schema versions that the run writes; that of the plan itself, the newest, comes last."""
        found = {self.version_of(source) for source in self.sources} - {self.schema_version}
        return (*sorted(found, key=lambda each: int(each.removeprefix("v"))), self.schema_version)

    @property
    def overrides_quality(self) -> bool:
        """Whether a person lets the run through although it is above thresholds of its contract."""
        return self.kind == RunKind.PROMOTE and self.details.get("override") == "yes"

    @property
    def writer(self) -> str:
        """The run that wrote the files: this one, or the unpromoted run that it promotes."""
        return self.details["run"] if self.kind == RunKind.PROMOTE else self.run_id
