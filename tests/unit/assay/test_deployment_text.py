"""What `assay deploy status` says in each state, and what it tells people to type."""

from dataclasses import asdict
from typing import Any

import pytest

from assay.deployment_text import status_lines
from lake.rules.deployment import ENDS, Deployed, Deployment, Holder, Moment, Phase, Trouble

ACTIVE = asdict(Deployed("d1", "old", "arn:version:1", "anna", "2024-04-01T02:00:00Z", "older"))
HOLDER = Holder("bob", "runner", 7, "t", "2024-04-01T03:00:00Z")


def status(phase: Phase, gone: bool = False, trouble: Trouble | None = None) -> dict[str, Any]:
    journal = (Moment(Phase.BEGUN, "2024-04-01T03:00:00Z"), Moment(phase, "2024-04-01T03:01:00Z"))
    found = Deployment("d2", "prod", "new", HOLDER, phase, None, "for tests", trouble=trouble, journal=journal)
    return {
        "environment": "prod",
        "active": ACTIVE,
        "runs_start_on": "arn:version:1",
        "deployment": asdict(found),
        "holder_is_gone": gone,
    }


def test_before_the_first_deployment_there_is_nothing_to_tell() -> None:
    nothing = {"environment": "prod", "active": None, "runs_start_on": None, "deployment": None}
    assert status_lines(nothing) == ["active     no build was deployed yet", "runs start on nothing"]


@pytest.mark.parametrize("phase", sorted(ENDS))
def test_after_an_end_there_is_nothing_to_type(phase: Phase) -> None:
    told = status_lines(status(phase, trouble=Trouble("applied", "SmokeTestError", "boom", "")))
    assert told[0] == "active     old since 2024-04-01T02:00:00Z by anna, before it older"
    assert f"newest     deployment d2 of new: {phase}, because: for tests" in told
    assert told[-1] == "trouble    applied: SmokeTestError: boom"


def test_of_a_process_that_is_gone_both_ways_are_named_with_their_environment() -> None:
    assert status_lines(status(Phase.APPLYING, gone=True))[-3:] == [
        "its process is gone",
        "go on:     assay deploy resume --env prod",
        "go back:   assay deploy revert --env prod",
    ]


def test_of_a_process_that_may_be_at_work_it_is_told_whose_it_is() -> None:
    *_, who, on, back = status_lines(status(Phase.APPLYING))
    assert "worked on by bob on runner (process 7) since 2024-04-01T03:00:00Z" in who and "--take-over" in who
    assert on.endswith("resume --env prod") and back.endswith("revert --env prod")


def test_what_is_stuck_can_only_go_back() -> None:
    assert status_lines(status(Phase.STUCK, gone=True))[-2:] == [
        "going back failed too: correct the cause, then",
        "go back:   assay deploy revert --env prod",
    ]
