"""One committed state of a partition: the snapshot record and the manifest that points at it."""

from dataclasses import dataclass, field

from lake.rules.summary import FileEntry, SourceRef


@dataclass(frozen=True)
class Snapshot:
    """`snapshots/<partition>/<snapshot_id>.json`, and `_LATEST.json` of the current one.

    `schema_version` is that of the run that committed it; files may be of older ones, which their addresses tell.
    Gold: `inputs` maps `<dataset>/<partition>` to the snapshot it was built from.
    """

    snapshot_version: int
    snapshot_id: str
    sequence: int
    dataset: str
    layer: str
    schema_version: str
    partition: str
    mode: str
    parent: str | None
    run_id: str
    execution_arn: str
    build_id: str
    contract_version: str
    contract_sha256: str
    committed_at: str
    rows: int
    files: tuple[FileEntry, ...]
    sources: tuple[SourceRef, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    approved_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Pointer:
    """What `symlink.txt` says: its ETag, and the snapshot named in its metadata."""

    partition: str
    etag: str
    sequence: int
    snapshot_id: str
    run_id: str
    uris: tuple[str, ...]


def name_snapshot(sequence: int, run_id: str) -> str:
    """Id of a snapshot; sorts by sequence."""
    return f"{sequence:08d}-{run_id}"


def manifest_text(snapshot: Snapshot) -> str:
    """Body of the manifest: one URI a line, in the snapshot's order, no blank line (Hive takes each as a path).

    Equal bodies are told apart by the metadata; under SSE-KMS their ETags differ too.
    """
    return "".join(f"{each.uri}\n" for each in snapshot.files)


def manifest_metadata(snapshot: Snapshot) -> dict[str, str]:
    """S3 user metadata of the manifest."""
    return {"sequence": str(snapshot.sequence), "snapshot-id": snapshot.snapshot_id, "run-id": snapshot.run_id}


def pointer_of(partition: str, etag: str, body: str, metadata: dict[str, str]) -> Pointer:
    """The pointer that a manifest object is. Raises KeyError or ValueError when metadata is missing."""
    uris = tuple(line for line in body.splitlines() if line.strip())
    return Pointer(partition, etag, int(metadata["sequence"]), metadata["snapshot-id"], metadata["run-id"], uris)
