"""One row of quarantine as a person reads it: what it held, what is wrong with it in plain words, what was tried."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lake.rules import checks
from lake.rules.contract import Contract
from lake.rules.held_state import OPEN

LONGEST_SHOWN = 80
_DECIMAL = re.compile(r"decimal\(\d+,(\d+)\)")


@dataclass(frozen=True)
class RowError:
    """One check that failed, as the `errors` column holds it."""

    code: str
    column: str
    found: str
    expected: str


@dataclass(frozen=True)
class Attempt:
    """One entry of `retry_history`: the delivery, a try, a decision; `errors` are the codes that came out of it."""

    attempt: int
    run_id: str
    at: str
    by: str
    errors: str
    changed: str


@dataclass(frozen=True)
class HeldRow:
    """The newest entry of a row of quarantine. `fields` is empty where the record could not be split."""

    row_id: str
    row_hash: str
    source_id: str
    ingest_date: str
    schema_version: str
    attempt_count: int
    errors: tuple[RowError, ...]
    fields: Mapping[str, str]
    raw_record: str
    run_id: str
    ingested_at: str
    rule_set: str
    line_number: int | None = None
    retry_history: tuple[Attempt, ...] = field(default_factory=tuple)
    state: str = OPEN
    revision: int = 0

    @property
    def codes(self) -> tuple[str, ...]:
        """Its error codes, each once, in the order in which they were found."""
        return tuple(dict.fromkeys(each.code for each in self.errors))


def in_words(error: RowError, contract: Contract) -> str:
    """What is wrong, with the names that the column has in the source file."""
    name, found = _source_names(error.column, contract), _shown(error.found)
    match error.code:
        case checks.MISSING_VALUE:
            return f"{name} is empty; a value is needed"
        case checks.MALFORMED_RECORD:
            return f"the line does not have {error.expected}: {found}"
        case checks.BAD_ENCODING:
            return f"{name} has characters that are not UTF-8: {found}"
        case checks.KEY_CONFLICT:
            return f"{name} {found} is there already, with other content"
    return f"{name} is “{found}”; expected {_DECIMAL.sub(_number, error.expected)}"


def all_in_words(row: HeldRow, contract: Contract) -> str:
    """All that is wrong with a row, in one line."""
    return "; ".join(in_words(each, contract) for each in row.errors)


def _source_names(columns: str, contract: Contract) -> str:
    known = {each.name: each.source or each.name for each in contract.columns}
    return ", ".join(known.get(each, each) for each in columns.split(", "))


def _number(found: re.Match[str]) -> str:
    return f"number with at most {found[1]} decimals"


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"
