"""`assay deploy revert` where no deployment is unfinished: the build that was active before is deployed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from assay import deploy as deployments
from assay.target import Target
from lake.errors import InvalidRequestError
from lake.rules.deployment import Deployment
from tests.deployments import ENVIRONMENT, World, holder, smoke_failure, version, with_previous

TARGET = Target(ENVIRONMENT, "assay-staging", "off", None)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Two builds were deployed one after the other; the command sees this environment instead of AWS."""
    found = with_previous()
    found.deploy("new")

    @contextmanager
    def site(target: Target, quiet: bool) -> Iterator[tuple[Any, Any]]:
        yield found.site, lambda deployment: None

    monkeypatch.setattr(deployments, "_site", site)
    monkeypatch.setattr(deployments, "this_process", lambda target: holder("reverting"))
    return found


def revert(reason: str = "it does harm") -> Deployment:
    return deployments.revert(TARGET, reason, take_over=False, quiet=False)


def test_the_build_before_is_deployed_like_any_other_and_said_to_be(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    found = revert()
    assert (found.build_id, found.phase, found.reason) == ("old", "deployed", "it does harm")
    assert world.what_is_there == ("old", version("old"), "old")
    assert world.tested[-1] == "old", "it passed its smoke test again"
    assert "no deployment is unfinished: build old, active before, is deployed again" in capsys.readouterr().out


def test_a_second_revert_comes_back(world: World) -> None:
    assert [revert().build_id, revert().build_id] == ["old", "new"]


def test_a_build_before_that_does_not_pass_any_more_leaves_the_active_one(world: World) -> None:
    world.fails["test old"] = smoke_failure()
    assert revert().phase == "reverted"
    assert world.what_is_there == ("new", version("new"), "new")


def test_after_a_deployment_that_went_back_by_itself_it_goes_one_build_further(world: World) -> None:
    world.fails["test bad"] = smoke_failure()
    world.deploy("bad", "third")
    assert world.what_is_there == ("new", version("new"), "new")
    assert revert().build_id == "old"


def test_the_first_build_of_all_has_none_before_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = with_previous()
    monkeypatch.setattr(world, "site", first.site)
    with pytest.raises(InvalidRequestError, match="no build was active in staging before this one"):
        revert()
