"""Athena's partition projection, as far as the project uses it: does a table's range cover a partition?"""

import re
from datetime import date

from lake.errors import ContractError
from lake.rules.contract import Column, Projection
from lake.rules.partition import values

_NOW = re.compile(r"NOW(?:(?P<sign>[+-])(?P<count>\d+)(?P<unit>YEARS|MONTHS|DAYS))?")
_MONTHS = {"YEARS": 12, "MONTHS": 1}


def uncovered(partition: str, columns: tuple[Column, ...], today: date) -> str | None:
    """Why Athena would never find a partition, in words; None when its tables cover it."""
    found = values(partition)
    if list(found) != [column.name for column in columns]:
        return f"partition {partition} has the keys {', '.join(found)}, expected {', '.join(c.name for c in columns)}"
    for column in columns:
        if column.projection and not _covers(column.projection, found[column.name], today):
            return (
                f"partition {partition} is outside what Athena looks at: {column.name} is projected over "
                f"{column.projection.range or column.projection.type}; widen the contract's range"
            )
    return None


def _covers(projection: Projection, value: str, today: date) -> bool:
    first, _, last = projection.range.partition(",")
    if projection.type == "integer":
        padded = f"{int(value):0{projection.digits or 1}d}" if value.isdecimal() else ""
        return value == padded and int(first) <= int(value) <= int(last)
    if projection.type == "date":
        # both formats in use, yyyy-MM and yyyy-MM-dd, sort as text
        size = len(projection.format)
        return len(value) == size and _end(first, today)[:size] <= value <= _end(last, today)[:size]
    return True


def _end(text: str, today: date) -> str:
    if not text.startswith("NOW"):
        return text
    found = _NOW.fullmatch(text)
    if found is None:
        raise ContractError(f"projection range '{text}' is not NOW, or NOW with one offset such as NOW+1YEARS")
    if not found["count"]:
        return today.isoformat()
    count = int(found["count"]) * (-1 if found["sign"] == "-" else 1)
    if found["unit"] == "DAYS":
        return date.fromordinal(today.toordinal() + count).isoformat()
    index = today.year * 12 + today.month - 1 + count * _MONTHS[found["unit"]]
    return f"{index // 12:04d}-{index % 12 + 1:02d}-{today.day:02d}"
