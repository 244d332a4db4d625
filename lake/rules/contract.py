"""The contract of a dataset: read from ODCS YAML, checked, and handed on as plain values."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from lake.errors import ContractError, InvalidRequestError
from lake.rules.column import Column, Projection, WithdrawnCode, custom, read_column
from lake.rules.contract_lint import problems_of
from lake.rules.life_cycle import ACTIVE, LifeCycle, VersionState, read_life_cycle
from lake.rules.tolerance import Tolerance, read_tolerance

__all__ = [
    "Column",
    "Contract",
    "Contracts",
    "Dialect",
    "Projection",
    "Thresholds",
    "WithdrawnCode",
    "custom",
    "load_contracts",
    "read_contract",
]
DATASET_FILE = "dataset.yaml"


@dataclass(frozen=True)
class Dialect:
    """How the dataset's CSV files are written."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "UTF-8"
    extra_columns: str = "refuse"
    header_case: str = "refuse"


@dataclass(frozen=True)
class Thresholds:
    """What the gate compares a run summary with. Rates are shares of the input, 0 to 1."""

    max_quarantine_rate: float = 0.05
    max_condemned: int = 100
    breaker_rows: int = 100
    breaker_rate: float = 0.02
    critical_key_conflicts: bool = False
    max_files_per_partition: int = 1000
    max_file_megabytes: int = 1024


@dataclass(frozen=True)
class Contract:
    """One schema version of one dataset. `status`, `accepts_data`, `since` and `reason` come from the dataset file."""

    dataset: str
    schema_version: str
    version: str
    status: str
    layer: str
    fingerprint: str
    columns: tuple[Column, ...]
    partition_columns: tuple[Column, ...]
    dialect: Dialect = field(default_factory=Dialect)
    thresholds: Thresholds = field(default_factory=Thresholds)
    trigger: str = "schedule"
    audience: str = "everybody"
    sweep_days: int = 7
    late_policy: str = "append"
    closed_after_days: int = 5
    look_back_days: int = 30
    tolerance: Tolerance = field(default_factory=Tolerance)
    target_file_megabytes: int = 128
    retention_years: int = 7
    built_from: str | None = None
    carried_forward: bool = False
    control_totals: Mapping[str, str] = field(default_factory=dict)
    purpose: str = ""
    usage: str = ""
    limitations: str = ""
    accepts_data: bool = True
    since: str | None = None
    reason: str | None = None

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """Columns of the primary key."""
        return tuple(column for column in self.columns if column.key)

    @cached_property
    def source_columns(self) -> tuple[Column, ...]:
        """Columns that are read from a source file."""
        return tuple(column for column in self.columns if column.source)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """Names a source file's first line must have."""
        return tuple(str(column.source) for column in self.source_columns)

    def column(self, name: str) -> Column:
        """The column of that name. Raises ContractError when there is none."""
        for column in (*self.columns, *self.partition_columns):
            if column.name == name:
                return column
        raise ContractError(f"contract {self.dataset} {self.schema_version} has no column '{name}'")


@dataclass(frozen=True)
class Contracts:
    """All contracts of a build, and the columns the platform adds."""

    by_version: Mapping[tuple[str, str], Contract]
    lineage: tuple[Column, ...]
    quarantine: Contract
    life_cycles: Mapping[str, LifeCycle] = field(default_factory=dict)

    def datasets(self, layer: str) -> list[str]:
        """Names of a layer's datasets."""
        return sorted({each.dataset for each in self.by_version.values() if each.layer == layer})

    def for_people(self, layer: str) -> list[str]:
        """Names of a layer's datasets without those that only the platform has a use for."""
        return [each for each in self.datasets(layer) if self.versions(each)[-1].audience == "everybody"]

    def freshness(self) -> dict[str, int]:
        """Hours that the newest good run of each ingested dataset may be old, where its dataset.yaml says so."""
        hours = {
            name: self.life_cycles[name].max_age_hours for name in self.datasets("silver") if name in self.life_cycles
        }
        return {name: each for name, each in hours.items() if each is not None}

    def versions(self, dataset: str) -> list[Contract]:
        """All versions of a dataset, oldest first. Raises InvalidRequestError when there is none."""
        found = [each for (name, _), each in self.by_version.items() if name == dataset]
        if not found:
            raise InvalidRequestError(
                f"no contract for dataset '{dataset}'; there are: {', '.join(sorted({n for n, _ in self.by_version}))}"
            )
        return sorted(found, key=lambda each: int(each.schema_version.removeprefix("v")))

    def newest(self, dataset: str) -> Contract:
        """The newest active version of a dataset."""
        active = [each for each in self.versions(dataset) if each.status == ACTIVE]
        if not active:
            raise InvalidRequestError(f"dataset '{dataset}' has no active contract version")
        return active[-1]

    def get(self, dataset: str, schema_version: str) -> Contract:
        """One version of a dataset."""
        found = self.by_version.get((dataset, schema_version))
        if found is None:
            raise InvalidRequestError(f"dataset '{dataset}' has no contract {schema_version}")
        return found

    def added_columns(self, dataset: str) -> tuple[Column, ...]:
        """The columns the platform adds to a dataset: lineage in silver, none in gold."""
        return self.lineage if self.versions(dataset)[0].layer == "silver" else ()

    def fingerprint(self, dataset: str) -> str:
        """Changes with any version of a dataset and with its life cycle."""
        told = [each.fingerprint for each in self.versions(dataset)] + [repr(self.life_cycles.get(dataset))]
        return hashlib.sha256("\x1f".join(told).encode()).hexdigest()

    def built_from(self, dataset: str) -> list[Contract]:
        """The gold contracts that are built from a dataset, by name."""
        names = sorted({each.dataset for each in self.by_version.values() if each.built_from == dataset})
        return [self.newest(name) for name in names]


def load_contracts(root: Traversable) -> Contracts:
    """Read every dataset below root. Raises ContractError naming the file and all its problems."""
    folders = sorted((each for each in root.iterdir() if each.is_dir()), key=lambda each: each.name)
    found: dict[tuple[str, str], Contract] = {}
    life_cycles: dict[str, LifeCycle] = {}
    for folder in folders:
        versions = {each.schema_version: each for each in _versions(folder)}
        if versions:
            life_cycle = life_cycles[folder.name] = _life_cycle(folder, versions)
            found |= {(folder.name, name): _standing(each, life_cycle) for name, each in versions.items()}
    lineage, quarantine = (_platform(root, name) for name in ("lineage", "quarantine"))
    return Contracts(found, lineage.columns, quarantine, life_cycles)


def _versions(folder: Traversable) -> Iterator[Contract]:
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.startswith("v") and file.name.endswith(".yaml"):
            yield read_contract(file.read_text(encoding="utf-8"), f"{folder.name}/{file.name}")


def _life_cycle(folder: Traversable, versions: Mapping[str, Contract]) -> LifeCycle:
    file, origin = folder / DATASET_FILE, f"{folder.name}/{DATASET_FILE}"
    if not file.is_file():
        raise ContractError(f"there is no {origin}; it says which versions of the dataset accept data")
    found = read_life_cycle(file.read_text(encoding="utf-8"), origin)
    if set(found.versions) != set(versions):
        raise ContractError(f"{origin} names the versions {', '.join(found.versions)}, there are {', '.join(versions)}")
    return found


def _standing(contract: Contract, life_cycle: LifeCycle) -> Contract:
    state: VersionState = life_cycle.versions[contract.schema_version]
    writable = contract.schema_version in life_cycle.write_versions
    return replace(contract, status=state.status, accepts_data=writable, since=state.since, reason=state.reason)


def _platform(root: Traversable, name: str) -> Contract:
    file = root / "platform" / f"{name}.yaml"
    return read_contract(file.read_text(encoding="utf-8"), f"platform/{name}.yaml")


def read_contract(text: str, origin: str) -> Contract:
    """One contract from its YAML. `origin` is the file name, used in messages and checked against the content."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ContractError(f"{origin} is not YAML: {error}") from error
    problems = problems_of(document, origin)
    if problems:
        raise ContractError(f"{origin}: " + "; ".join(problems))
    return _contract(document, hashlib.sha256(text.encode()).hexdigest())


def _contract(document: dict[str, Any], fingerprint: str) -> Contract:
    table, extra = document["schema"][0], custom(document)
    properties = table["properties"]
    late = extra.get("late", {})
    retention = [each["value"] for each in document.get("slaProperties", []) if each["property"] == "retention"]
    partitioned = sorted((p for p in properties if p.get("partitioned")), key=lambda p: p["partitionKeyPosition"])
    return Contract(
        dataset=table["name"],
        schema_version=extra["schemaVersion"],
        version=document["version"],
        status=document["status"],
        layer=extra["layer"],
        fingerprint=fingerprint,
        columns=tuple(read_column(p) for p in properties if not p.get("partitioned")),
        partition_columns=tuple(read_column(p) for p in partitioned),
        dialect=_dialect(extra.get("csv", {})),
        thresholds=_thresholds(extra.get("gate", {})),
        trigger=extra.get("trigger", "schedule"),
        audience=extra.get("audience", "everybody"),
        sweep_days=extra.get("sweepDays", 7),
        late_policy=late.get("policy", "append"),
        closed_after_days=late.get("closedAfterDays", 5),
        look_back_days=late.get("lookBackDays", 30),
        tolerance=read_tolerance(extra.get("backfill", {})),
        target_file_megabytes=extra.get("targetFileMegabytes", 128),
        retention_years=retention[0] if retention else 7,
        built_from=extra.get("builtFrom"),
        carried_forward=extra.get("carriedForward", False),
        control_totals=extra.get("controlTotals", {}),
        **{name: document.get("description", {}).get(name, "") for name in ("purpose", "usage", "limitations")},
    )


def _dialect(node: dict[str, Any]) -> Dialect:
    ours = {"extraColumns": "extra_columns", "headerCase": "header_case"}
    return Dialect(**{ours.get(key, key): value for key, value in node.items()})


def _thresholds(node: dict[str, Any]) -> Thresholds:
    breaker, default = node.get("circuitBreaker", {}), Thresholds()
    return Thresholds(
        max_quarantine_rate=node.get("maxQuarantineRate", default.max_quarantine_rate),
        max_condemned=node.get("maxCondemned", default.max_condemned),
        breaker_rows=breaker.get("minRows", default.breaker_rows),
        breaker_rate=breaker.get("maxRate", default.breaker_rate),
        critical_key_conflicts=node.get("criticalKeyConflicts", default.critical_key_conflicts),
        max_files_per_partition=node.get("maxFilesPerPartition", default.max_files_per_partition),
        max_file_megabytes=node.get("maxFileMegabytes", default.max_file_megabytes),
    )
