"""What a person asks for rows of quarantine: one line for each row, as the person saw it."""

from collections.abc import Iterable
from dataclasses import dataclass

from lake.errors import InvalidRequestError
from lake.rules.json_record import from_json, to_json

RETRY = "retry"
ACCEPT = "accept"
RELEASE = "release"
ERASE = "erase"


@dataclass(frozen=True)
class Correction:
    """One row. `fields` by source name, None: as they are. `schema_version`: the version it is to be written under.

    A row that is not at this attempt any more was tried since, by others or with the same file: it stays as it is.
    """

    row_id: str
    source_id: str
    ingest_date: str
    schema_version: str
    attempt_count: int
    fields: dict[str, str] | None = None


def corrections_text(rows: Iterable[Correction]) -> str:
    """JSON, one line for each row, in the order of row ids: the same wish is the same text."""
    ordered = sorted(rows, key=lambda each: each.row_id)
    return "".join(f"{to_json(each, one_line=True)}\n" for each in ordered)


def read_corrections(text: str, origin: str) -> tuple[Correction, ...]:
    """The corrections of such a text. Raises RecordError, or InvalidRequestError when a row is named twice."""
    found = tuple(from_json(Correction, line, origin) for line in text.split("\n") if line)
    names = [each.row_id for each in found]
    for before, after in zip(sorted(names), sorted(names)[1:], strict=False):
        if before == after:
            raise InvalidRequestError(f"{origin} names row {after} twice")
    return found
