"""Personal data is not shown where it is not needed: which fields are masked is the contract's classification."""

from collections.abc import Mapping
from dataclasses import replace

from lake.rules import checks
from lake.rules.contract import Contract
from lake.rules.held_row import HeldRow, RowError

MASKED_CLASSES = frozenset({"restricted", "confidential"})


def masked(row: HeldRow, contract: Contract) -> HeldRow:
    """The row without personal data. A record that could not be split, or a field nobody classified, is masked too."""
    shown = {each.source: each.classification not in MASKED_CLASSES for each in contract.source_columns}
    fields: Mapping[str, str] = {
        name: text if shown.get(name, False) else mask(text) for name, text in row.fields.items()
    }
    errors = tuple(_masked_error(each, contract) for each in row.errors)
    return replace(row, fields=fields, errors=errors, raw_record=mask(row.raw_record), retry_history=())


def mask(text: str) -> str:
    """What stands for a text: that there is one, and how long it is."""
    return f"•••• ({len(text)} characters)" if text.strip() else text


def _masked_error(error: RowError, contract: Contract) -> RowError:
    names = set(error.column.split(", "))
    open_to_all = {each.name for each in contract.columns if each.classification not in MASKED_CLASSES}
    keeps = error.code == checks.MISSING_VALUE or (names <= open_to_all and error.code != checks.MALFORMED_RECORD)
    return error if keeps else replace(error, found=mask(error.found))
