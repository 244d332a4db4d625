"""Which version a row of quarantine is to be written under, and whether it is worth another try as it is."""

from collections.abc import Mapping

from lake.rules.checks import rule_set_of
from lake.rules.contract import Contract, Contracts
from lake.rules.correction import Correction
from lake.rules.held_row import HeldRow


def target_version(contracts: Contracts, dataset: str, row: HeldRow, fields: Mapping[str, str]) -> Contract:
    """The row's own version, as long as it accepts data and has every column that holds something; else the newest."""
    own = contracts.by_version.get((dataset, row.schema_version))
    filled = {name for name, text in fields.items() if text}
    known = set(contracts.newest(dataset).header)
    if own is not None and own.accepts_data and filled & known <= set(own.header):
        return own
    return contracts.newest(dataset)


def rules_changed(contracts: Contracts, dataset: str, row: HeldRow) -> bool:
    """Whether the rules are not those that judged the row."""
    return rule_set_of(target_version(contracts, dataset, row, row.fields)) != row.rule_set


def correction_of(
    contracts: Contracts, dataset: str, row: HeldRow, fields: Mapping[str, str] | None = None
) -> Correction:
    """What is asked for a row: other fields, or another look at those it has."""
    version = target_version(contracts, dataset, row, fields or row.fields).schema_version
    given = None
    if fields is not None:
        given = {name: text for name, text in fields.items() if text or name in row.fields}
    return Correction(row.row_id, row.source_id, row.ingest_date, version, row.attempt_count, given)
