"""What Athena says of the rows that are open or condemned: only the days that hold some, only the columns asked for."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assay.console import USAGE, CommandError
from assay.query import download
from assay.target import Target
from lake.aws.store import S3Store
from lake.rules import held_state as states
from lake.rules import layout, partition
from lake.rules.checks import CODES
from lake.rules.held_row import Attempt, HeldRow, RowError
from lake.rules.waiting import Group
from lake.steps.current import current_partitions, read_pointer

OPEN = "quarantine"
CONDEMNED = "condemned"
HISTORY = "quarantine_history"
# Athena takes a statement of 256 KB
_ROWS_AT_ONCE = 4_000
_SOURCE = re.compile(r"[0-9a-f]{1,16}")
_ROW = re.compile(r"[0-9a-f]{16}-[0-9a-f]{24}(-[1-9][0-9]*)?")

# JSON of maps, because a row's own JSON is an array in one engine version and an object in the next
_ERRORS = """TRANSFORM(errors, e -> MAP(
    ARRAY['code', 'column', 'found', 'expected'], ARRAY[e.code, e."column", e.found, e.expected]))"""
_HISTORY = """TRANSFORM(retry_history, h -> MAP(
    ARRAY['attempt', 'run_id', 'at', 'by', 'errors', 'changed'],
    ARRAY[CAST(h.attempt AS VARCHAR), h.run_id, h."at", h."by", h.errors, h.changed]))"""
# a code may be in it twice; that is put right where there are few, in the groups
_CODES = "ARRAY_JOIN(TRANSFORM(errors, e -> e.code), ' ')"
_NAMES = (
    "row_id, row_hash, source_id, ingest_date, schema_version, attempt_count, raw_record, run_id, rule_set, "
    "line_number, state, revision"
)
_ROW_COLUMNS = f"""{_NAMES},
    CAST(ingested_at AS VARCHAR) AS ingested_at,
    JSON_FORMAT(CAST({_ERRORS} AS JSON)) AS errors,
    JSON_FORMAT(CAST(fields AS JSON)) AS fields,
    JSON_FORMAT(CAST({_HISTORY} AS JSON)) AS retry_history"""


@dataclass(frozen=True)
class Wanted:
    """Which rows: with an error code, of a source (or the beginning of its id), delivered since a day, one by name."""

    reason: str | None = None
    source: str | None = None
    since: str | None = None
    limit: int | None = None
    row_id: str | None = None

    def __post_init__(self) -> None:
        if self.reason is not None and self.reason not in CODES:
            raise CommandError(f"there is no reason '{self.reason}', expected one of: {', '.join(CODES)}", USAGE)
        if self.source is not None and not _SOURCE.fullmatch(self.source):
            raise CommandError(f"'{self.source}' is no source id: up to 16 digits and letters a to f", USAGE)
        if self.row_id is not None and not _ROW.fullmatch(self.row_id):
            raise CommandError(f"'{self.row_id}' is no row id; see: assay quarantine list", USAGE)
        if self.limit is not None and self.limit < 1:
            raise CommandError(f"a limit of {self.limit} lists nothing, expected 1 or more", USAGE)


def groups(target: Target, dataset: str, table: str) -> list[Group]:
    """All rows of a table, added up by what they have in common."""
    there = held_days(target, dataset)
    if not there:
        return []
    sql = f"""
        SELECT ingest_date, source_id, attempt_count, schema_version, rule_set, {_CODES} AS codes, COUNT(*) AS held
        FROM {dataset}_{table} WHERE {_on(there)} GROUP BY 1, 2, 3, 4, 5, 6"""
    return [
        Group(day, source, int(attempts), version, rules, tuple(dict.fromkeys(codes.split())), int(held))
        for day, source, attempts, version, rules, codes, held in map(dict.values, download(target, sql))
    ]


def rows(target: Target, dataset: str, table: str, wanted: Wanted) -> list[HeldRow]:
    """The rows that are wanted, oldest delivery first, in the order of their source."""
    return _on_days(target, dataset, table, wanted, held_days(target, dataset, wanted.since))


def newest_of(target: Target, dataset: str, days: Collection[str], row_ids: Sequence[str]) -> dict[str, HeldRow]:
    """The newest entry of each of these rows, whatever its state, by row id; only these days are looked at."""
    there = set(held_days(target, dataset)) & set(days)
    found: dict[str, HeldRow] = {}
    for start in range(0, len(row_ids) if there else 0, _ROWS_AT_ONCE):
        listed = ", ".join(_literal(each) for each in row_ids[start : start + _ROWS_AT_ONCE])
        sql = f"""
            SELECT {_ROW_COLUMNS} FROM {dataset}_{HISTORY}
            WHERE {_on(sorted(there))} AND row_id IN ({listed}) ORDER BY revision"""
        found |= {each.row_id: each for each in _rows(target, sql)}
    return found


def rows_of_day(target: Target, dataset: str, table: str, wanted: Wanted, day: str) -> list[HeldRow]:
    """The rows that are wanted among those of one day of delivery."""
    place = layout.quarantine_place(target.bucket("quarantine"), dataset)
    pointer = read_pointer(S3Store(target.client("s3")), place, partition.path({"ingest_date": day}))
    return _on_days(target, dataset, table, wanted, [day]) if pointer and pointer.uris else []


def _on_days(target: Target, dataset: str, table: str, wanted: Wanted, days: list[str]) -> list[HeldRow]:
    if not days:
        return []
    limit = f"LIMIT {wanted.limit}" if wanted.limit else ""
    sql = f"""
        SELECT {_ROW_COLUMNS} FROM {dataset}_{table}
        WHERE {" AND ".join([_on(days), *_conditions(wanted)])}
        ORDER BY ingest_date, source_id, line_number, row_id, revision {limit}"""
    return _rows(target, sql)


def examples(target: Target, dataset: str, each: int) -> list[HeldRow]:
    """A few open rows for every combination of reasons; those with the least row ids, so that a page stays the same."""
    there = held_days(target, dataset)
    if not there:
        return []
    numbered = f"ROW_NUMBER() OVER (PARTITION BY {_CODES} ORDER BY row_id) AS place"
    sql = f"""
        WITH numbered AS (SELECT *, {numbered} FROM {dataset}_{OPEN} WHERE {_on(there)})
        SELECT {_ROW_COLUMNS} FROM numbered WHERE place <= {int(each)} ORDER BY row_id"""
    return _rows(target, sql)


def held_days(target: Target, dataset: str, since: str | None = None) -> list[str]:
    """The days that have something current: one listing of manifests, so that Athena looks at no other day."""
    place = layout.quarantine_place(target.bucket("quarantine"), dataset)
    found = (each.partition("=")[2] for each in current_partitions(S3Store(target.client("s3")), place))
    return [day for day in found if since is None or day >= since]


def _on(days: list[str]) -> str:
    return f"ingest_date IN ({', '.join(map(_literal, days))})"


def _conditions(wanted: Wanted) -> Iterator[str]:
    if wanted.reason:
        yield f"CONTAINS(TRANSFORM(errors, e -> e.code), {_literal(wanted.reason)})"
    if wanted.source:
        yield f"source_id LIKE {_literal(wanted.source + '%')}"
    if wanted.row_id:
        yield f"row_id = {_literal(wanted.row_id)}"


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _rows(target: Target, sql: str) -> list[HeldRow]:
    return [_row(each) for each in download(target, sql)]


def _row(found: dict[str, str]) -> HeldRow:
    given: dict[str, Any] = {name: found[name] for name in _NAMES.split(", ")}
    given |= {name: int(found[name] or 0) for name in ("attempt_count", "revision")}
    given["state"] = found["state"] or states.OPEN
    given["line_number"] = int(given["line_number"]) if given["line_number"] else None
    return HeldRow(
        **given,
        ingested_at=found["ingested_at"],
        errors=tuple(RowError(**each) for each in json.loads(found["errors"] or "[]")),
        fields=json.loads(found["fields"] or "null") or {},
        retry_history=tuple(
            Attempt(**{**each, "attempt": int(each["attempt"])})
            for each in json.loads(found["retry_history"] or "null") or []
        ),
    )
