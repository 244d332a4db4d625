"""A deployment ends with one of two builds, whoever fails or dies where; never with a mixture."""

import json
from typing import Any

import pytest

from lake.errors import DeploymentHeldError, InvalidRequestError
from lake.rules.deployment import STAGING, Holder
from lake.rules.plan_policy import Change, digest_of
from lake.steps.deploy import drive, turn_back
from lake.steps.deployments import take
from tests.deployments import BUCKET, ENVIRONMENT, World, holder, smoke_failure, version, with_previous
from tests.fakes import KillAt, KilledError

OLD, NEW = ("old", version("old"), "old"), ("new", version("new"), "new")


def effects_of_a_deployment(**fails: Any) -> int:
    """How many effects there are: writes, plans, applies, tests, moves, events."""
    seen = KillAt(10_000)
    world = with_previous(fails={name.replace("_", " "): error for name, error in fails.items()})
    world.effect = seen
    world.deploy("new")
    return seen.seen


GOOD = effects_of_a_deployment()
BAD = effects_of_a_deployment(test_new=smoke_failure())
KILLS = [(number, after) for number in range(1, GOOD + 1) for after in (False, True)]
KILLS_WHILE_REVERTING = [(number, after) for number in range(1, BAD + 1) for after in (False, True)]


def killed(world: World, number: int, after: bool) -> World:
    """The environment after the process died at an effect; a new process comes."""
    world.effect = KillAt(number, after)
    with pytest.raises(KilledError):
        world.deploy("new")
    world.effect = lambda moment: None
    return world


def begun(world: World) -> bool:
    return world.deployment.build_id == "new"


def test_a_good_build_is_tested_before_runs_start_on_it() -> None:
    world = with_previous()
    seen: list[tuple[str, str]] = []
    world.effect = lambda moment: seen.append((world.applied, world.alias))
    found = world.deploy("new")
    assert (found.phase, world.what_is_there, world.tested) == ("deployed", NEW, ["new"])
    assert ("new", version("old")) in seen, "applied, and runs still start on the old version"
    assert world.deployed is not None
    assert world.deployed.previous == "old"
    assert world.told == []


def test_there_are_enough_points_to_die_at() -> None:
    assert len(KILLS) >= 22
    assert len(KILLS_WHILE_REVERTING) >= 30


@pytest.mark.parametrize(("number", "after"), KILLS)
def test_killed_anywhere_and_resumed_the_new_build_is_there(number: int, after: bool) -> None:
    world = killed(with_previous(), number, after)
    if begun(world) and not world.deployment.is_over:
        drive(world.site, world.take("second"))
        assert world.what_is_there == NEW
    else:
        assert world.what_is_there == (NEW if begun(world) else OLD)
    assert world.deployment.is_over


@pytest.mark.parametrize(("number", "after"), KILLS)
def test_killed_anywhere_and_reverted_the_old_build_is_there(number: int, after: bool) -> None:
    world = killed(with_previous(), number, after)
    if begun(world) and not world.deployment.is_over:
        drive(world.site, turn_back(world.site, world.take("second"), "I want the old one"))
        assert world.what_is_there == OLD
        assert world.told[-1] in {"Deployment Reverted", "Deployment Failed"}
    assert world.deployment.is_over


@pytest.mark.parametrize("how", ["resume", "revert"])
@pytest.mark.parametrize(("number", "after"), KILLS_WHILE_REVERTING)
def test_killed_while_a_bad_build_is_reverted_the_old_build_is_there(number: int, after: bool, how: str) -> None:
    world = killed(with_previous(fails={"test new": smoke_failure()}), number, after)
    if begun(world) and not world.deployment.is_over:
        found = world.take("second")
        drive(world.site, found if how == "resume" else turn_back(world.site, found, "give up"))
    assert world.what_is_there == OLD
    assert world.deployment.is_over


@pytest.mark.parametrize(("number", "after"), KILLS)
def test_killed_twice_it_can_still_be_reverted(number: int, after: bool) -> None:
    world = killed(with_previous(), 6, after=True)
    found = world.take("second")
    world.effect = KillAt(number, after)
    try:
        drive(world.site, found)
    except KilledError:
        world.effect = lambda moment: None
        if not world.deployment.is_over:
            drive(world.site, turn_back(world.site, world.take("third"), "enough"))
            assert world.what_is_there == OLD
    assert world.what_is_there in {OLD, NEW}
    assert world.deployment.is_over


@pytest.mark.parametrize("where", ["apply half new", "apply new", "test new", f"move {version('new')}"])
def test_whatever_fails_the_old_build_comes_back_and_is_tested(where: str) -> None:
    error = smoke_failure()
    world = with_previous(fails={where: error})
    found = world.deploy("new")
    assert (found.phase, world.what_is_there) == ("reverted", OLD)
    assert world.tested[-1] == "old"
    (kind, detail), kept = world.events[0], failure_of(world)
    assert kind == "Deployment Reverted"
    assert detail["reason"] == "SmokeTestError: the canary's run failed in IngestToSilver"
    assert (detail["next_step"], detail["runbook"]) == (
        "correct the build, then: assay deploy --env staging",
        "deploy.md",
    )
    assert (detail["build_id"], detail["previous"], detail["environment"]) == ("new", "old", ENVIRONMENT)
    assert detail["context_uri"] == f"s3://{BUCKET}/environments/{ENVIRONMENT}/_FAILED-new.json"
    assert kept["trouble"]["execution_arn"] == "arn:execution"
    assert kept["trouble"]["lines"] == ["ValueError: boom"]


def test_a_plan_that_fails_touches_nothing() -> None:
    world = with_previous(fails={"plan new": ValueError("no such provider")})
    found = world.deploy("new")
    assert (found.phase, world.what_is_there, world.tested) == ("refused", OLD, [])
    assert world.told == ["Deployment Failed"]
    assert failure_of(world)["trouble"]["message"] == "no such provider"


def test_a_plan_that_takes_data_away_is_refused_unless_a_person_names_it() -> None:
    bucket = Change('module.storage.aws_s3_bucket.this["gold"]', "aws_s3_bucket", ("delete", "create"))
    world = with_previous(changes={"new": [bucket]})
    assert world.deploy("new").phase == "refused"
    assert "would be replaced, and with it data" in failure_of(world)["trouble"]["message"]
    assert world.what_is_there == OLD


def test_a_plan_is_applied_only_if_it_is_the_one_that_was_approved() -> None:
    seen, now = (Change(f"function.{each}", "aws_lambda_function", ("update",)) for each in ("a", "b"))
    world = with_previous(changes={"new": [seen, now]})
    assert world.deploy("new", approved=digest_of([seen])).phase == "refused"
    assert "something changed in between" in failure_of(world)["trouble"]["message"]
    assert world.what_is_there == OLD
    assert world.deploy("new", approved=digest_of([now, seen])).phase == "deployed"


def test_a_resumed_deployment_was_approved_when_it_began() -> None:
    change = Change("function.a", "aws_lambda_function", ("update",))
    world = with_previous(changes={"new": [change]}, effect=KillAt(5))
    with pytest.raises(KilledError):
        world.deploy("new", approved=digest_of([change]))
    world.effect, world.changes = (lambda moment: None), {}
    assert world.deployment.phase == "applying"
    assert drive(world.site, world.take("second")).phase == "deployed"


def test_what_a_failed_build_had_made_may_go_again() -> None:
    table = 'module.catalog.aws_glue_catalog_table.this["transactions_v9"]'
    world = with_previous(
        fails={"test new": smoke_failure()},
        changes={
            "new": [Change(table, "aws_glue_catalog_table", ("create",))],
            "old": [Change(table, "aws_glue_catalog_table", ("delete",))],
        },
    )
    assert world.deploy("new").phase == "reverted"
    world.fails.clear()
    world.changes = {"old": [Change(table, "aws_glue_catalog_table", ("delete",))]}
    assert world.deploy("new", "again").phase == "deployed"
    assert world.deploy("old", "back").phase == "refused", "that table was there before this deployment"


def test_the_first_deployment_has_nothing_to_go_back_to() -> None:
    world = World(fails={"test new": smoke_failure()})
    found = world.deploy("new")
    assert (found.phase, found.is_over, world.deployed) == ("abandoned", True, None)
    assert world.told == ["Deployment Failed"]
    assert "there was no build before it" in world.events[0][1]["reason"]
    world.fails.clear()
    assert world.deploy("new", "again").phase == "deployed"


@pytest.mark.parametrize("where", ["plan old", "apply old", "test old"])
def test_a_revert_that_fails_waits_for_a_person_and_can_be_tried_again(where: str) -> None:
    world = with_previous(fails={"test new": smoke_failure(), where: ValueError("denied")})
    found = world.deploy("new")
    assert (found.phase, found.is_over) == ("stuck", False)
    assert world.alias == version("old"), "runs start on the old version, whatever happens"
    assert world.told == ["Deployment Failed"]
    assert "going back failed too" in world.events[0][1]["reason"]
    assert world.events[0][1]["lines"] == [
        "what failed at first, in its smoke test: SmokeTestError: the canary's run failed in IngestToSilver",
        "ValueError: boom",
    ]
    kept = failure_of(world)
    assert (kept["trouble"]["error"], kept["second_trouble"]["message"]) == ("SmokeTestError", "denied")
    with pytest.raises(DeploymentHeldError, match="stuck"):
        world.deploy("other")
    del world.fails[where]
    drive(world.site, turn_back(world.site, world.take("second"), "again"))
    assert (world.deployment.phase, world.what_is_there) == ("reverted", OLD)


def test_another_build_may_replace_a_stuck_deployment() -> None:
    world = with_previous(fails={"test new": smoke_failure(), "apply old": ValueError("denied")})
    world.deploy("new")
    assert world.deploy("newer", take_over=True).phase == "deployed"
    assert world.deployed is not None
    assert (world.deployed.build_id, world.deployed.previous) == ("newer", "old")


def test_two_deployments_at_once_are_one() -> None:
    world = with_previous()
    seen: list[str] = []

    def another(moment: str) -> None:
        if world.deployment.build_id == "new" and not seen:
            seen.append("tried")
            with pytest.raises(DeploymentHeldError, match="assay deploy resume"):
                world.deploy("other", "second")

    world.effect = another
    assert world.deploy("new").phase == "deployed"
    assert (seen, world.what_is_there) == (["tried"], NEW)


def test_a_process_that_was_taken_over_stops_before_its_next_effect() -> None:
    world = with_previous()

    def taken(moment: str) -> None:
        if world.applied == "new" and moment == "after" and world.deployment.holder.token == "first":
            take(world.site, holder("second"), gone=False, take_over=True)

    world.effect = taken
    with pytest.raises(DeploymentHeldError, match="was taken over by anna on laptop"):
        world.deploy("new")
    world.effect = lambda moment: None
    assert (world.tested, world.alias) == ([], version("old"))
    assert drive(world.site, world.take("third")).phase == "deployed"


def test_a_deployment_is_taken_from_a_living_process_only_when_a_person_says_so() -> None:
    world = killed(with_previous(), 8, after=True)
    mine = Holder("ben", "other", 7, "second", "2024-04-01T03:00:00Z")
    with pytest.raises(DeploymentHeldError, match="--take-over"):
        take(world.site, mine, gone=False, take_over=False)
    assert take(world.site, mine, gone=False, take_over=True).holder == mine


def test_there_is_nothing_to_resume_after_the_end() -> None:
    world = with_previous()
    with pytest.raises(InvalidRequestError, match="no deployment to staging is unfinished"):
        world.take("second")
    with pytest.raises(InvalidRequestError, match="is over"):
        turn_back(world.site, world.deployment, "no")


def test_a_build_that_is_deployed_again_does_not_come_before_itself() -> None:
    world = with_previous()
    for token in ("first", "second"):
        world.deploy("new", token)
        assert world.deployed is not None and world.deployed.previous == "old"


def test_the_journal_tells_when_each_phase_was_reached() -> None:
    world = with_previous(fails={"test new": smoke_failure()})
    world.deploy("new")
    told = json.loads(world.store.read(BUCKET, f"environments/{ENVIRONMENT}/{STAGING}").body)
    phases = [each["phase"] for each in told["journal"]]
    assert phases == ["begun", "applying", "applied", "reverting", "reapplied", "reverted"]


def failure_of(world: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.store.read(BUCKET, f"environments/{ENVIRONMENT}/_FAILED-new.json").body)
    return found
