"""How many rows wait, why and for how long: the arithmetic behind the summary, the report and the digest."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# Name and last day of each age; the last one has no end.
AGES: tuple[tuple[str, int | None], ...] = (
    ("up to 1 day", 1),
    ("2 to 7 days", 7),
    ("8 to 30 days", 30),
    ("31 to 90 days", 90),
    ("over 90 days", None),
)
# a row with so many failures behind it is condemned by the next one
ONE_ATTEMPT_LEFT = 2


@dataclass(frozen=True)
class Group:
    """Rows that are alike: day of delivery, source, earlier failures, error codes, the rules that judged them."""

    ingest_date: str
    source_id: str
    attempt_count: int
    schema_version: str
    rule_set: str
    codes: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Line:
    """What waits under one name (a reason, a source): rows, by age, and the oldest day of delivery."""

    name: str
    rows: int
    ages: tuple[int, ...]
    oldest: str


@dataclass(frozen=True)
class Waiting:
    """All that waits in one dataset. A row with two reasons counts in the line of each."""

    rows: int
    ages: tuple[int, ...]
    oldest: str | None
    reasons: tuple[Line, ...]
    sources: tuple[Line, ...]
    last_attempt: int
    older_rules: int


def waiting(groups: Iterable[Group], today: date, rule_sets: dict[str, str]) -> Waiting:
    """Add up. `rule_sets` names the rules in force for each schema version; ages are days since delivery."""
    found = list(groups)
    return Waiting(
        rows=sum(each.rows for each in found),
        ages=_ages(((each.ingest_date, each.rows) for each in found), today),
        oldest=min((each.ingest_date for each in found), default=None),
        reasons=lines(((code, each.ingest_date, each.rows) for each in found for code in each.codes), today),
        sources=lines(((each.source_id, each.ingest_date, each.rows) for each in found), today),
        last_attempt=sum(each.rows for each in found if each.attempt_count >= ONE_ATTEMPT_LEFT),
        older_rules=sum(each.rows for each in found if each.rule_set != rule_sets.get(each.schema_version)),
    )


def lines(entries: Iterable[tuple[str, str, int]], today: date) -> tuple[Line, ...]:
    """One line for each name from (name, day, rows); most rows first."""
    by_name: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, day, rows in entries:
        by_name[name].append((day, rows))
    made = (
        Line(name, sum(rows for _, rows in days), _ages(days, today), min(day for day, _ in days))
        for name, days in by_name.items()
    )
    return tuple(sorted(made, key=lambda each: (-each.rows, each.name)))


def age_of(day: str, today: date) -> int:
    """Position in AGES of what was delivered on a day."""
    days = (today - date.fromisoformat(day)).days
    return next(place for place, (_, last) in enumerate(AGES) if last is None or days <= last)


def _ages(days: Iterable[tuple[str, int]], today: date) -> tuple[int, ...]:
    counts = [0] * len(AGES)
    for day, rows in days:
        counts[age_of(day, today)] += rows
    return tuple(counts)
