"""How `assay deploy` ends, and when a process counts as gone."""

import os
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from assay.console import FAILED, INTERRUPTED, REFUSED, CommandError
from assay.deploy import end_with, interruptible
from assay.infrastructure import _is_dead, _is_here
from assay.site import is_gone
from assay.terraform import _first_error
from lake.rules.deployment import NEXT, Deployment, Holder, Phase, Trouble
from lake.rules.interruption import NOT_BEGUN, interrupted
from lake.steps.deploy import drive
from lake.steps.deployments import begin
from tests.deployments import with_previous

HERE = Holder("anna", socket.gethostname(), os.getpid(), "token", "2024-04-01T02:00:00Z")
TROUBLE = Trouble("applied", "SmokeTestError", "boom", "2024-04-01T02:05:00Z")


def ended(phase: Phase, trouble: Trouble | None = TROUBLE) -> Deployment:
    return Deployment("d", "staging", "new", HERE, phase, None, trouble=trouble)


def test_a_build_that_is_active_is_a_success() -> None:
    end_with(ended(Phase.DEPLOYED, None))


def test_a_revert_that_a_person_asked_for_is_a_success() -> None:
    end_with(ended(Phase.REVERTED, replace(TROUBLE, error="RevertRequested")))


@pytest.mark.parametrize("phase", [Phase.REVERTED, Phase.ABANDONED, Phase.STUCK, Phase.REFUSED])
def test_whatever_else_is_a_failure_that_says_why(phase: Phase) -> None:
    with pytest.raises(CommandError, match="applied: SmokeTestError: boom") as raised:
        end_with(ended(phase))
    assert raised.value.code == FAILED


def test_a_plan_that_may_not_be_is_refused() -> None:
    with pytest.raises(CommandError) as raised:
        end_with(ended(Phase.REFUSED, replace(TROUBLE, error="PlanRefusedError")))
    assert raised.value.code == REFUSED


def test_a_process_is_gone_only_when_that_can_be_proven() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert is_gone(replace(HERE, process=child.pid))
    assert not is_gone(HERE)
    assert not is_gone(replace(HERE, host="elsewhere", process=child.pid))


def test_the_first_error_of_terraform_is_found_among_all_that_it_says() -> None:
    output = "Warning: no CLI configuration\n\n│ Error: Invalid reference\n│ \n│   on broken.tf line 1:\n"
    assert _first_error(output) == "Invalid reference"
    assert _first_error("killed") == "it gave no error"


def test_a_terraform_of_another_machine_is_never_known_to_be_dead() -> None:
    assert not _is_here("root@elsewhere")
    assert not _is_dead("root@elsewhere")
    assert _is_here(f"root@{socket.gethostname()}")
    assert _is_dead(f"root@{socket.gethostname()}"), "none runs over the builds of this folder"


@pytest.mark.parametrize("phase", ["applying", "applied"])
def test_whoever_interrupts_a_deployment_hears_where_it_stands_and_what_to_type(phase: str) -> None:
    def press(moment: str) -> None:
        if moment == "before" and world.deployment.build_id == "new" and world.deployment.phase == phase:
            raise KeyboardInterrupt

    world = with_previous()
    world.effect = press
    with pytest.raises(CommandError) as raised, interruptible(world.site):
        drive(world.site, begin(world.site, ended(Phase.BEGUN, None)))
    told = str(raised.value)
    assert raised.value.code == INTERRUPTED == 130
    assert f"of build new to staging is {phase}: " in told and "runs start on build old" in told
    assert told.splitlines()[1:] == [
        "go on:   assay deploy resume --env staging",
        "go back: assay deploy revert --env staging",
    ]


def test_whoever_interrupts_before_the_beginning_hears_that_nothing_happened() -> None:
    world = with_previous()
    with pytest.raises(CommandError, match="nothing is changed, nothing is locked"), interruptible(world.site):
        raise KeyboardInterrupt
    assert interrupted(None, is_mine=False) == interrupted(world.deployment, is_mine=False) == NOT_BEGUN


@pytest.mark.parametrize("phase", [*NEXT, Phase.STUCK, Phase.DEPLOYED, Phase.REVERTED])
def test_there_are_words_for_every_phase(phase: Phase) -> None:
    told = interrupted(ended(phase, None), is_mine=True)
    assert told.startswith("interrupted") and "{" not in told
    assert ("assay deploy resume" in told) == (not ended(phase).is_over)
