"""Partition paths: `year=2024/month=03` and back."""

import re
from datetime import date

from lake.errors import InvalidRequestError

_MONTH, _DAY = re.compile(r"\d{4}-\d\d"), re.compile(r"\d{4}-\d\d-\d\d")


def named(text: str, layer: str = "silver") -> str:
    """The partition a person means: its path, or `2024-03` in silver and gold, `2024-03-31` in quarantine."""
    if "=" in text:
        return text.strip("/")
    if layer in {"silver", "gold"} and _MONTH.fullmatch(text):
        return silver_path(text) if layer == "silver" else gold_path(month_of(silver_path(text)))
    if layer == "quarantine" and _DAY.fullmatch(text):
        return path({"ingest_date": text})
    raise InvalidRequestError(
        f"'{text}' is no partition of {layer}, expected a month such as 2024-03 (silver, gold), a day such as "
        "2024-03-31 (quarantine) or a path such as year=2024/month=03"
    )


def path(values: dict[str, str]) -> str:
    """Path part of a partition, in the order of its keys."""
    return "/".join(f"{key}={value}" for key, value in values.items())


def values(partition: str) -> dict[str, str]:
    """Keys and values of a partition path."""
    return dict(part.split("=", 1) for part in partition.split("/"))


def month_path(year: int, month: int) -> str:
    """Silver partition of a month."""
    return f"year={year:04d}/month={month:02d}"


def month_of(partition: str) -> str:
    """`yyyy-MM` of a silver or gold partition."""
    parts = values(partition)
    return parts.get("as_of_month") or f"{int(parts['year']):04d}-{int(parts['month']):02d}"


def gold_path(month: str) -> str:
    """Gold partition of a `yyyy-MM` month."""
    return f"as_of_month={month}"


def silver_path(month: str) -> str:
    """Silver partition of a `yyyy-MM` month."""
    first = first_day(month)
    return month_path(first.year, first.month)


def first_day(month: str) -> date:
    """First day of a `yyyy-MM` month."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise InvalidRequestError(f"'{month}' is not a month, expected yyyy-MM") from error


def months_between(first: str, last: str) -> list[str]:
    """Every `yyyy-MM` from first to last, both included."""
    start, end = first_day(first), first_day(last)
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    return [_shift(start, offset) for offset in range(max(count, 0))]


def month_before(month: str) -> str:
    """The `yyyy-MM` before this one."""
    return _shift(first_day(month), -1)


def _shift(start: date, months: int) -> str:
    index = start.year * 12 + start.month - 1 + months
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
