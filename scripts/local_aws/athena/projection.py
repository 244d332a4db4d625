"""Partition projection: the values a table's properties give a partition key."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from local_aws.athena.failures import QueryError

Properties = Mapping[str, str]
_JAVA_TO_PYTHON = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"), ("'", ""))
_UNIT = r"(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?"
_NOW = re.compile(rf"NOW\s*(?:([+-])\s*(\d+)\s*{_UNIT})?")


def is_enabled(properties: Properties) -> bool:
    """Whether partitions are projected."""
    return properties.get("projection.enabled", "").lower() == "true"


def values(key: str, properties: Properties, wanted: Iterable[str]) -> list[str]:
    """All values of the key; `wanted` are those the query names, which `injected` needs."""
    kind = properties.get(f"projection.{key}.type", "").lower()
    project = _KINDS.get(kind)
    if project is None:
        raise QueryError(
            "INVALID_TABLE_PROPERTY",
            f"Table property 'projection.{key}.type' must be enum, integer, date or injected, found {kind!r}",
        )
    return project(key, properties, wanted)


def template(table_location: str, keys: Iterable[str], properties: Properties) -> str:
    """Where a partition lies, with `${key}` for its values."""
    usual = table_location + "/".join(f"{key}=${{{key}}}" for key in keys)
    return properties.get("storage.location.template", usual).rstrip("/") + "/"


def _property(key: str, name: str, properties: Properties) -> str:
    found = properties.get(f"projection.{key}.{name}")
    if found is None:
        raise QueryError("INVALID_TABLE_PROPERTY", f"Table property 'projection.{key}.{name}' is missing")
    return found


def _enum(key: str, properties: Properties, _: Iterable[str]) -> list[str]:
    return [value.strip() for value in _property(key, "values", properties).split(",")]


def _injected(key: str, _: Properties, wanted: Iterable[str]) -> list[str]:
    found = sorted(set(wanted))
    if not found:
        raise QueryError(
            "CONSTRAINT_VIOLATION",
            f"For the injected projected partition column {key}, the WHERE clause must contain only static equality "
            "conditions, and at least one such condition must be present.",
        )
    return found


def _integer(key: str, properties: Properties, _: Iterable[str]) -> list[str]:
    first, last = (int(part) for part in _property(key, "range", properties).split(","))
    step = int(properties.get(f"projection.{key}.interval", 1))
    digits = int(properties.get(f"projection.{key}.digits", 0))
    return [str(value).zfill(digits) for value in range(first, last + 1, step)]


def _date(key: str, properties: Properties, _: Iterable[str]) -> list[str]:
    pattern = _property(key, "format", properties)
    for java, python in _JAVA_TO_PYTHON:
        pattern = pattern.replace(java, python)
    first, last = (_moment(part.strip(), pattern) for part in _property(key, "range", properties).split(","))
    step = int(properties.get(f"projection.{key}.interval", 1))
    unit = properties.get(f"projection.{key}.interval.unit", "DAYS").upper().removesuffix("S")
    return list(dict.fromkeys(moment.strftime(pattern) for moment in _moments(first, last, step, unit)))


def _moment(text: str, pattern: str) -> datetime:
    now = _NOW.fullmatch(text)
    if now is None:
        return datetime.strptime(text, pattern)
    moment = datetime.now(UTC).replace(tzinfo=None)
    if now[2]:
        count = int(now[2]) * (-1 if now[1] == "-" else 1)
        moment = _later(moment, count, now[3])
    return moment


def _moments(first: datetime, last: datetime, step: int, unit: str) -> Iterator[datetime]:
    count = 0
    while (moment := _later(first, count * step, unit)) <= last:
        yield moment
        count += 1


def _later(moment: datetime, count: int, unit: str) -> datetime:
    if unit in ("YEAR", "MONTH"):
        month = moment.month - 1 + count * (12 if unit == "YEAR" else 1)
        return moment.replace(year=moment.year + month // 12, month=month % 12 + 1, day=min(moment.day, 28))
    return moment + timedelta(**{f"{unit.lower()}s": count})


_KINDS: dict[str, Callable[[str, Properties, Iterable[str]], list[str]]] = {
    "enum": _enum,
    "injected": _injected,
    "integer": _integer,
    "date": _date,
}
