"""Run ids: Step Functions' rule, and the same cause gives the same name."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import InvalidRunIdError
from lake.rules.run import RunId, RunKind, name_run

AT = datetime(2024, 4, 1, 2, 0, tzinfo=UTC)


def test_the_same_cause_gives_the_same_name() -> None:
    assert name_run(RunKind.DAILY, AT, "transactions") == name_run(RunKind.DAILY, AT, "transactions")
    assert name_run(RunKind.DAILY, AT, "transactions") != name_run(RunKind.DAILY, AT, "payments")
    assert name_run(RunKind.EVENT, AT, "a", "bc") != name_run(RunKind.EVENT, AT, "ab", "c")


def test_a_name_is_in_utc_and_can_be_read_back() -> None:
    run_id = name_run(RunKind.EVENT, AT.astimezone(timezone(timedelta(hours=5))), "x")
    assert str(run_id).startswith("20240401T020000Z-event-")
    assert (run_id.at, run_id.kind) == (AT, RunKind.EVENT)


@given(
    st.sampled_from(list(RunKind)),
    st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),
    st.lists(st.text(), max_size=4),
)
def test_every_name_is_a_legal_execution_name(kind: RunKind, at: datetime, cause: list[str]) -> None:
    text = str(name_run(kind, at, *cause))
    assert 1 <= len(text) <= 80
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-04-01T02:00:00Z-daily-x",
        "20240401T020000Z-nightly-x",
        "20241301T020000Z-daily-x",
        "20240401T020000Z-daily-",
        "20240401T020000Z-daily-a_b",
        "20240401T020000Z-daily-" + "x" * 80,
        "20240401T020000Z-daily-x\n",
    ],
)
def test_what_is_no_run_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidRunIdError):
        RunId(text)
