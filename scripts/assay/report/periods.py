"""Days of delivery put together, so that a chart over any stretch of time has a readable number of columns."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

MOST_COLUMNS = 31
MOST_SERIES = 6
OTHERS = "other reasons"


def columns_of(
    entries: Iterable[tuple[str, str, int]], series: tuple[str, ...]
) -> tuple[str, list[tuple[str, tuple[int, ...]]]]:
    """The unit (day, week, …) and one column for each, without gaps, from (day, name, rows): a number for each series.

    Names that are no series count as OTHERS when that is one. Days become weeks (from Monday), then months, then years.
    """
    found = list(entries)
    if not found:
        return "day", []
    days = [date.fromisoformat(day) for day, _, _ in found]
    first, last = min(days), max(days)
    unit = next((each for each in UNITS if _count(UNITS[each], first, last) <= MOST_COLUMNS), "year")
    start = UNITS[unit]
    counts: Counter[tuple[date, str]] = Counter()
    for day, (_, name, rows) in zip(days, found, strict=True):
        counts[start(day), name if name in series else OTHERS] += rows
    label = {"month": "%b %Y", "year": "%Y"}.get(unit, "%d %b %Y" if first.year != last.year else "%d %b")
    starts = _starts(start, first, last)
    return unit, [(f"{each:{label}}", tuple(counts[each, name] for name in series)) for each in starts]


def series_of(names: Iterable[str]) -> tuple[str, ...]:
    """The names that get a colour of their own, from a list with the most frequent first; the rest are OTHERS."""
    listed = tuple(names)
    return listed if len(listed) <= MOST_SERIES + 1 else (*listed[:MOST_SERIES], OTHERS)


def _day(day: date) -> date:
    return day


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date) -> date:
    return day.replace(day=1)


def _year(day: date) -> date:
    return day.replace(month=1, day=1)


UNITS: dict[str, Callable[[date], date]] = {"day": _day, "week": _week, "month": _month, "year": _year}


def _count(start: Callable[[date], date], first: date, last: date) -> int:
    return sum(1 for _ in _starts(start, first, last))


def _starts(start: Callable[[date], date], first: date, last: date) -> Iterator[date]:
    seen: date | None = None
    for number in range((last - first).days + 1):
        found = start(first + timedelta(days=number))
        if found != seen:
            yield found
        seen = found
