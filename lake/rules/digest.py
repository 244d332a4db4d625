"""The daily mail about quarantine: what waits in each dataset, by reason and age. It names no row and no value."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lake.rules.event import Event, EventKind
from lake.rules.summary import FileEntry
from lake.rules.waiting import AGES, Line, lines

NOT_COUNTED = "not counted"
_NAME, _NUMBER = 20, 14


@dataclass(frozen=True)
class HeldDay:
    """The current files of one day of delivery."""

    ingest_date: str
    files: tuple[FileEntry, ...]

    @property
    def rows(self) -> int:
        """Rows that wait: what the files add to them, and take from them."""
        return sum(each.opened for each in self.files)

    @property
    def condemned(self) -> int:
        """Rows that are condemned."""
        return sum(each.condemned for each in self.files)


@dataclass(frozen=True)
class Held:
    """What a dataset holds back: the open rows by day, how many are condemned, and how many of those for too long."""

    dataset: str
    open: tuple[HeldDay, ...]
    condemned: int
    kept_too_long: int = 0

    @property
    def rows(self) -> int:
        """Open rows."""
        return sum(each.rows for each in self.open)

    @property
    def oldest(self) -> str:
        """The first day of delivery of which rows wait."""
        return min(each.ingest_date for each in self.open if each.rows)


def digest(environment: str, found: Sequence[Held], today: date) -> Event | None:
    """What people are told, or None where no row waits and none is kept for too long."""
    waiting = [each for each in found if each.rows or each.kept_too_long]
    if not waiting:
        return None
    rows = sum(each.rows for each in waiting)
    return Event(
        EventKind.QUARANTINE_WAITS,
        environment,
        reason=f"{rows} row(s) in {', '.join(each.dataset for each in waiting)}",
        since=min((each.oldest for each in waiting if each.rows), default=""),
        lines=tuple(line for each in waiting for line in _dataset(each, today)),
    )


def _dataset(held: Held, today: date) -> Iterator[str]:
    since = f", the oldest since {held.oldest}" if held.rows else ""
    yield f"{held.dataset}: {held.rows} row(s) wait{since}; {held.condemned} condemned"
    if held.kept_too_long:
        yield (
            f"  {held.kept_too_long} condemned row(s) are older than the contract keeps data: assay condemned erase "
            f"--expired --reason TEXT{'' if held.dataset == 'transactions' else f' --dataset {held.dataset}'}"
        )
    if not held.rows:
        return
    yield _line("", ("rows", *(name for name, _ in AGES)))
    for each in _reasons(held.open, today):
        yield _line(each.name, (each.rows, *each.ages))


def _reasons(days: Iterable[HeldDay], today: date) -> tuple[Line, ...]:
    """A row with two reasons counts under both; files of an older build do not tell the reasons of their rows."""
    found: Counter[tuple[str, str]] = Counter()
    for day in days:
        for file in day.files:
            for code, rows in (file.errors or ({} if file.states else {NOT_COUNTED: file.rows})).items():
                found[code, day.ingest_date] += rows
    return lines(((code, day, rows) for (code, day), rows in found.items() if rows), today)


def _line(name: str, numbers: Iterable[object]) -> str:
    return f"  {name:<{_NAME}}" + "".join(f"{number!s:>{_NUMBER}}" for number in numbers)
