"""The text of a dataset's next schema version: the newest one, with its number moved on and new columns in place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lake.errors import InvalidRequestError

_LOGICAL = {"string": "string", "timestamp": "timestamp", "date": "date", "boolean": "boolean"}
_FORM = re.compile(r"(?P<name>[a-z][a-z0-9_]*):(?P<type>[a-z]+(?:\(\d+,\d+\))?)(?::(?P<source>.+))?")


@dataclass(frozen=True)
class NewColumn:
    """A nullable column that the next version adds; `source` is its name in the files."""

    name: str
    type: str
    source: str | None


def parse_column(text: str) -> NewColumn:
    """A column from `name:type[:SourceName]`. Raises InvalidRequestError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise InvalidRequestError(f"'{text}' is no column, expected name:type or name:type:SourceName")
    return NewColumn(found["name"], found["type"], found["source"])


def next_version_text(newest: str, number: int, first_partition: str, columns: Sequence[NewColumn]) -> str:
    """The file of version `number`, made of the text of the version before it. The columns go to the end."""
    old = number - 1
    text = re.sub(rf"^(id: .*:)v{old}$", rf"\g<1>v{number}", newest, count=1, flags=re.M)
    text = re.sub(r"^version: .*$", f"version: {number}.0.0", text, count=1, flags=re.M)
    text = re.sub(rf"(property: schemaVersion\n\s+value: )v{old}$", rf"\g<1>v{number}", text, count=1, flags=re.M)
    place = re.search(rf"^(?P<indent> *)- name: {first_partition}$", text, re.M)
    if place is None:
        raise InvalidRequestError(f"there is no line '- name: {first_partition}' to put new columns before")
    added = "".join(_block(column, place["indent"]) for column in columns)
    return text[: place.start()] + added + text[place.start() :]


def _block(column: NewColumn, indent: str) -> str:
    lines = [
        f"- name: {column.name}",
        f"  logicalType: {_LOGICAL.get(column.type, 'integer' if 'int' in column.type else 'number')}",
        f"  physicalType: {column.type}",
        "  required: false",
        "  classification: internal",
        f"  description: {column.name.replace('_', ' ').capitalize()}.",
    ]
    if column.source:
        lines += ["  customProperties:", "    - property: source", f"      value: {column.source}"]
    return "".join(f"{indent}{line}\n" for line in lines)
