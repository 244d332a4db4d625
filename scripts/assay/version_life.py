"""Where the schema versions of a dataset stand, gathered from S3 and from Athena's history; and their dataset file."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from assay.build import REPOSITORY
from assay.console import USAGE, CommandError
from assay.query_history import Read, reads_since
from assay.target import Target
from lake.aws.store import S3Store
from lake.bundle import contracts_root
from lake.rules.contract import DATASET_FILE, Contract, load_contracts
from lake.rules.layout import table_place
from lake.rules.life_cycle import ACTIVE, life_cycle_text
from lake.rules.standing import Reader, Standing
from lake.steps.stored import stored


def standings(target: Target, dataset: str, days: int) -> list[Standing]:
    """Every version of a dataset, oldest first, with those who read its tables by name in the last days."""
    versions = load_contracts(contracts_root()).versions(dataset)
    reads = reads_since(target, datetime.now(UTC) - timedelta(days=days))
    return [_standing(target, each, versions, reads) for each in versions]


def view_readers(target: Target, dataset: str, days: int) -> list[Reader]:
    """Who reads the view, and so needs to do nothing."""
    return _readers(reads_since(target, datetime.now(UTC) - timedelta(days=days)), {dataset})


def move(dataset: str, schema_version: str, status: str, reason: str, since: date) -> None:
    """Write a step of a version's life into its dataset file."""
    contracts = load_contracts(contracts_root())
    contracts.versions(dataset)
    life_cycle = contracts.life_cycles.get(dataset)
    if life_cycle is None:
        raise CommandError(f"{dataset} has no {DATASET_FILE}, so its versions have no life cycle", USAGE)
    moved = life_cycle.moved(schema_version, status, since.isoformat(), reason)
    (REPOSITORY / "contracts" / dataset / DATASET_FILE).write_text(life_cycle_text(moved))


def _standing(target: Target, contract: Contract, versions: list[Contract], reads: list[Read]) -> Standing:
    held = stored(
        S3Store(target.client("s3")),
        table_place(target.bucket(contract.layer), contract.dataset, contract.schema_version),
    )
    name = f"{contract.dataset}_{contract.schema_version}"
    newer = versions[versions.index(contract) + 1 :]
    return Standing(
        dataset=contract.dataset,
        schema_version=contract.schema_version,
        status=contract.status,
        has_newer=any(each.status == ACTIVE for each in newer),
        rows=held.rows,
        partitions=held.partitions,
        last_write=held.last_write,
        readers=tuple(_readers(reads, {name, f"{name}_runs"})),
    )


def _readers(reads: list[Read], tables: set[str]) -> list[Reader]:
    grouped: dict[tuple[str, str, str], list[Read]] = defaultdict(list)
    for read in reads:
        if read.table in tables:
            grouped[read.workgroup, read.user, read.saved_query].append(read)
    return [
        Reader(*who, len(found), max(each.at for each in found).date().isoformat())
        for who, found in sorted(grouped.items())
    ]
