"""Query results: the file in S3, written and read back, and the pages of GetQueryResults."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local_aws.hooks import Json

Row = list[str | None]
_PRECISION = {"integer": 10, "bigint": 19, "varchar": 2147483647, "double": 17, "float": 17, "timestamp": 3, "date": 0}


@dataclass(frozen=True)
class Result:
    """Column names, their Athena types, and the rows as text."""

    names: list[str]
    types: list[str]
    rows: list[Row]

    @classmethod
    def of_text(cls, *names: str, rows: Sequence[Row] = ()) -> "Result":
        """A result of statements such as SHOW: text columns."""
        return cls(list(names), ["string"] * len(names), list(rows))


def write_csv(result: Result) -> bytes:
    """The file of a SELECT: everything quoted, NULL as nothing."""
    lines = [_csv_line(list(result.names)), *(_csv_line(row) for row in result.rows)]
    return "".join(lines).encode()


def _csv_line(row: Row) -> str:
    return ",".join("" if value is None else '"' + value.replace('"', '""') + '"' for value in row) + "\n"


def write_lines(result: Result) -> bytes:
    """The file of other statements: tabs between columns, no header."""
    return "".join("\t".join(value or "" for value in row) + "\n" for row in result.rows).encode()


def read_csv(body: bytes) -> list[Row]:
    """The rows of a SELECT's file, header first; unlike the csv module it tells NULL from the empty text."""
    return list(_rows(body.decode()))


def _rows(text: str) -> Iterator[Row]:
    row: Row = []
    place = 0
    while place < len(text):
        value, place = _field(text, place)
        row.append(value)
        if text[place : place + 1] == "\n":
            yield row
            row = []
        place += 1


def _field(text: str, place: int) -> tuple[str | None, int]:
    if text[place : place + 1] != '"':
        return None, place
    end = place + 1
    while text[end : end + 2] == '""' or text[end] != '"':
        end += 2 if text[end] == '"' else 1
    return text[place + 1 : end].replace('""', '"'), end + 1


def read_lines(body: bytes, columns: int) -> list[Row]:
    """The rows of another statement's file."""
    found: list[Row] = []
    for line in body.decode().splitlines():
        parts: Row = list(line.split("\t"))
        found.append(parts + [None] * (columns - len(parts)))
    return found


def page(names: list[str], types: list[str], rows: list[Row], more: str | None) -> Json:
    """One page of GetQueryResults."""
    data = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows]
    info = [_column_info(name, kind) for name, kind in zip(names, types, strict=True)]
    answer: Json = {"UpdateCount": 0, "ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": info}}}
    return {**answer, "NextToken": more} if more else answer


def _column_info(name: str, kind: str) -> Json:
    base, _, rest = kind.partition("(")
    precision, scale = _PRECISION.get(base, 0), 0
    if base == "decimal":
        precision, scale = (int(part) for part in rest.rstrip(")").split(","))
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": base,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": base == "varchar",
    }
