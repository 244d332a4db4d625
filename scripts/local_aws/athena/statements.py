"""Statements besides SELECT: views, SHOW, DESCRIBE, EXPLAIN, EXECUTE."""

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp

from local_aws.athena.catalog import View, encode_view
from local_aws.athena.dialect import bind, parse, parse_query
from local_aws.athena.failures import QueryError
from local_aws.athena.projection import is_enabled
from local_aws.athena.results import Result, Row
from local_aws.athena.session import Session

Prepared = Callable[[str], str]
_FLAGS = re.I | re.S
_OTHER = re.compile(r"\s*(execute|explain|show|describe|desc|create|drop|alter|msck)\b", _FLAGS)
_HIVE_NAMES = {"varchar": "string", "integer": "int", "varbinary": "binary"}


def kind_of(sql: str) -> str:
    """DML, DDL or UTILITY, as GetQueryExecution shows it."""
    word = sql.split(None, 1)[0].upper() if sql.strip() else ""
    if word in ("CREATE", "DROP", "ALTER", "MSCK"):
        return "DDL"
    return "UTILITY" if word in ("SHOW", "DESCRIBE", "DESC", "EXPLAIN") else "DML"


def check_syntax(sql: str) -> None:
    """Raise InvalidRequestException for what Athena would not even queue."""
    if not _OTHER.match(sql):
        parse(sql)


def execute(session: Session, sql: str, parameters: list[str], prepared: Prepared) -> Result:
    """Run any statement the local Athena knows."""
    text = sql.strip().rstrip(";").strip()
    for pattern, run in _STATEMENTS:
        found = pattern.fullmatch(text)
        if found:
            return run(session, found)
    explained = re.fullmatch(r"explain(?:\s+analyze)?(?:\s*\([^)]*\))?\s+(.*)", text, _FLAGS)
    if explained:
        return session.explain(bind(parse_query(explained[1]), parameters))
    executed = re.fullmatch(r"execute\s+(\w+)(?:\s+using\s+(.*))?", text, _FLAGS)
    if executed:
        return session.select(bind(parse_query(prepared(executed[1])), _using(executed[2]) or parameters))
    return session.select(bind(parse_query(text), parameters))


def _using(values: str | None) -> list[str]:
    if not values:
        return []
    return [value.sql("athena") for value in sqlglot.parse_one(f"SELECT {values}", read="athena").expressions]


def _name(session: Session, text: str) -> tuple[str, str]:
    parts = [part.strip('`" ').lower() for part in text.strip().split(".")]
    return (parts[-2] if len(parts) > 1 else session.database), parts[-1]


def _create_view(session: Session, found: re.Match[str]) -> Result:
    database, name = _name(session, found[2])
    body = found[3].strip()
    columns = session.columns(parse_query(body))
    old = session.catalog.find(database, name)
    if old is not None and (not found[1] or old.view is None):
        raise QueryError("TABLE_ALREADY_EXISTS", f"line 1:1: '{database}.{name}' already exists")
    hive = [{"Name": column, "Type": _hive(kind)} for column, kind in columns]
    table = {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": encode_view(View(body, session.database, tuple(columns))),
        "ViewExpandedText": "/* Presto View */",
        "PartitionKeys": [],
        "StorageDescriptor": {"Columns": hive, "Location": "", "SerdeInfo": {}},
    }
    glue = session.catalog.glue
    (glue.update_table if old else glue.create_table)(DatabaseName=database, TableInput=table)
    return Result.of_text()


def _hive(kind: str) -> str:
    return _HIVE_NAMES.get(kind) or exp.DataType.build(kind, dialect="trino").sql("hive").lower().replace(", ", ",")


def _drop_view(session: Session, found: re.Match[str]) -> Result:
    database, name = _name(session, found[2])
    table = session.catalog.find(database, name)
    if table is not None and table.view is not None:
        session.catalog.glue.delete_table(DatabaseName=database, Name=name)
    elif not found[1]:
        raise QueryError("TABLE_NOT_FOUND", f"line 1:1: View '{database}.{name}' does not exist")
    return Result.of_text()


def _show_tables(session: Session, found: re.Match[str]) -> Result:
    database = (found[2] or session.database).strip('`"')
    only_views = found[1].lower() == "views"
    names = sorted(t.name[1] for t in session.catalog.tables(database) if t.view is not None or not only_views)
    return Result.of_text("tab_name", rows=[[name] for name in names])


def _show_databases(session: Session, _: re.Match[str]) -> Result:
    pages = session.catalog.glue.get_paginator("get_databases").paginate()
    names = sorted(database["Name"] for page in pages for database in page["DatabaseList"])
    return Result.of_text("database_name", rows=[[name] for name in names])


def _show_partitions(session: Session, found: re.Match[str]) -> Result:
    table = session.catalog.get(*_name(session, found[1]))
    if is_enabled(table.parameters):
        raise QueryError("NOT_SUPPORTED", f"{'.'.join(table.name)} projects its partitions: query them with $path")
    keys = [key for key, _ in table.keys]
    rows: list[Row] = [
        ["/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))]
        for values, _ in session.catalog.partitions(table)
    ]
    return Result.of_text("partition", rows=rows)


def _show_view(session: Session, found: re.Match[str]) -> Result:
    database, name = _name(session, found[1])
    view = session.catalog.get(database, name).view
    if view is None:
        raise QueryError("NOT_SUPPORTED", f"'{database}.{name}' is a table, not a view")
    lines = [f'CREATE VIEW "{database}"."{name}" AS', *view.sql.splitlines()]
    return Result(["Create View"], ["varchar"], [[line] for line in lines])


def _describe(session: Session, found: re.Match[str]) -> Result:
    table = session.catalog.get(*_name(session, found[1]))
    keys: list[Row] = [[name, kind, ""] for name, kind in table.keys]
    rows: list[Row] = [[name, kind, ""] for name, kind in table.columns]
    if keys:
        heading: list[Row] = [["", "", ""], ["# Partition Information", "", ""], ["# col_name", "data_type", "comment"]]
        rows += [*keys, *heading, *keys]
    return Result.of_text("col_name", "data_type", "comment", rows=rows)


_STATEMENTS: tuple[tuple[re.Pattern[str], Callable[[Session, re.Match[str]], Result]], ...] = (
    (re.compile(r"create\s+(or\s+replace\s+)?view\s+(\S+)\s+as\s+(.*)", _FLAGS), _create_view),
    (re.compile(r"drop\s+view\s+(if\s+exists\s+)?(\S+)", _FLAGS), _drop_view),
    (re.compile(r"show\s+(tables|views)(?:\s+(?:in|from)\s+(\S+))?", _FLAGS), _show_tables),
    (re.compile(r"show\s+(?:databases|schemas)", _FLAGS), _show_databases),
    (re.compile(r"show\s+partitions\s+(\S+)", _FLAGS), _show_partitions),
    (re.compile(r"show\s+create\s+view\s+(\S+)", _FLAGS), _show_view),
    (re.compile(r"(?:describe|desc|show\s+columns\s+(?:in|from))\s+(\S+)", _FLAGS), _describe),
)
