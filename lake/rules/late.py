"""Late data: when a month is closed, and on which day a delivery counts as delivered."""

from datetime import date, timedelta

from lake.rules import partition


def last_day(month: str) -> date:
    """Last day of a `yyyy-MM` month."""
    return (partition.first_day(month) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def is_closed(month: str, day: date, closed_after_days: int) -> bool:
    """Whether a month is closed on a day: so many days after its last one."""
    return day > last_day(month) + timedelta(days=closed_after_days)


def day_of_delivery(ingest_date: str, arrived: str, sweep_days: int) -> date:
    """The day a source counts as delivered on: its ingest date, unless S3 got it after the sweep had passed that day.

    `arrived` is the moment S3 stored it (ISO 8601), empty when that is not known.
    """
    named = date.fromisoformat(ingest_date)
    came = date.fromisoformat(arrived[:10]) if arrived else named
    return came if came - named > timedelta(days=sweep_days) else named
