"""What waits, added up by reason, source and age."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from lake.rules.waiting import AGES, Group, age_of, waiting

TODAY = date(2024, 4, 30)
GROUPS = st.lists(
    st.builds(
        Group,
        st.dates(date(2020, 1, 1), TODAY).map(date.isoformat),
        st.sampled_from("abc"),
        st.integers(0, 2),
        st.just("v1"),
        st.sampled_from(["old", "new"]),
        st.lists(st.sampled_from("XYZ"), min_size=1, unique=True).map(tuple),
        st.integers(1, 1000),
    )
)


@given(GROUPS)
def test_every_row_is_in_one_age_and_one_source(groups: list[Group]) -> None:
    held = waiting(groups, TODAY, {"v1": "new"})
    assert held.rows == sum(held.ages) == sum(each.rows for each in held.sources) == sum(each.rows for each in groups)
    assert all(sum(each.ages) == each.rows for each in (*held.reasons, *held.sources))
    assert held.older_rules == sum(each.rows for each in groups if each.rule_set == "old")
    assert held.oldest == min((each.ingest_date for each in groups), default=None)


def test_a_row_with_two_reasons_counts_under_both() -> None:
    held = waiting([Group("2024-04-01", "a", 2, "v1", "new", ("X", "Y"), 3)], TODAY, {"v1": "new"})
    assert [(each.name, each.rows) for each in held.reasons] == [("X", 3), ("Y", 3)]
    assert (held.rows, held.last_attempt, held.older_rules) == (3, 3, 0)


def test_ages_end_where_they_say() -> None:
    days = (
        "2024-04-30",
        "2024-04-29",
        "2024-04-28",
        "2024-04-23",
        "2024-04-22",
        "2024-03-31",
        "2024-03-30",
        "2023-01-01",
    )
    assert [AGES[age_of(day, TODAY)][0] for day in days] == [
        "up to 1 day", "up to 1 day", "2 to 7 days", "2 to 7 days", "8 to 30 days", "8 to 30 days", "31 to 90 days",
        "over 90 days",
    ]  # fmt: skip


def test_a_day_ahead_of_the_clock_is_new() -> None:
    assert age_of("2024-05-01", TODAY) == 0
