"""What the report shows, from Athena and the records of the sources."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assay import held_rows
from assay.held_rows import CONDEMNED, OPEN
from assay.target import Target
from lake.aws.store import S3Store
from lake.rules import layout
from lake.rules.checks import rule_set_of
from lake.rules.claim import Claim
from lake.rules.contract import Contract, Contracts
from lake.rules.held_row import HeldRow
from lake.rules.masking import masked
from lake.rules.waiting import Group, Waiting, waiting
from lake.steps.records import find_record

EXAMPLES_EACH = 2
MOST_SOURCES = 12


@dataclass(frozen=True)
class Found:
    """Everything on the page. `source_names`: where a source lies, by its id. Examples hold no personal data."""

    environment: str
    contract: Contract
    made_at: datetime
    open: Waiting
    condemned: Waiting
    groups: tuple[Group, ...]
    source_names: dict[str, str]
    examples: tuple[HeldRow, ...]


def gather(target: Target, contracts: Contracts, dataset: str, made_at: datetime) -> Found:
    """Ask for the page's numbers and examples."""
    rule_sets = {each.schema_version: rule_set_of(each) for each in contracts.versions(dataset)}
    groups, condemned = (held_rows.groups(target, dataset, table) for table in (OPEN, CONDEMNED))
    held = waiting(groups, made_at.date(), rule_sets)
    worst = [each.name for each in held.sources[:MOST_SOURCES]]
    contract = contracts.newest(dataset)
    return Found(
        environment=target.environment,
        contract=contract,
        made_at=made_at,
        open=held,
        condemned=waiting(condemned, made_at.date(), rule_sets),
        groups=tuple(groups),
        source_names=_source_names(target, dataset, groups, worst),
        examples=tuple(masked(each, contract) for each in held_rows.examples(target, dataset, EXAMPLES_EACH)),
    )


def _source_names(target: Target, dataset: str, groups: Iterable[Group], wanted: list[str]) -> dict[str, str]:
    store, days = S3Store(target.client("s3")), {each.source_id: each.ingest_date for each in groups}
    claims = {
        each: find_record(store, Claim, target.bucket("control"), layout.claim(dataset, days[each], each))
        for each in wanted
    }
    return {source_id: found.source.key for source_id, found in claims.items() if found is not None}
