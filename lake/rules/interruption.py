"""What a person is told who interrupts a deployment: where it stands, how it goes on, how it goes back."""

from lake.rules.deployment import Deployment, Phase
from lake.rules.deployment_event import STATES

NOT_BEGUN = "interrupted before anything was begun; nothing is changed, nothing is locked"
_WHERE = {
    Phase.BEGUN: "nothing is changed yet",
    Phase.APPLYING: "some resources may be the new build's already; {runs}",
    Phase.APPLIED: "the resources are the new build's, which is not tested yet; {runs}",
    Phase.TESTED: "it passed its smoke test; {runs}, unless the alias has just moved",
    Phase.REVERTING: "the previous build is being put back; {runs}",
    Phase.REAPPLIED: "the previous build is back and is being tested again; {runs}",
    Phase.STUCK: "going back failed; {runs}",
}


def interrupted(found: Deployment | None, is_mine: bool) -> str:
    """The message about the newest deployment; `is_mine`: this process was working on it."""
    if found is None or not is_mine:
        return NOT_BEGUN
    told = f"deployment {found.deployment_id} of build {found.build_id} to {found.environment}"
    if found.is_over:
        return f"interrupted after the end of {told}: it {STATES[Phase(found.phase)]}"
    runs = f"runs start on build {found.previous.build_id}" if found.previous else "no build was active before it"
    return (
        f"interrupted: {told} is {found.phase}: {_WHERE[Phase(found.phase)].format(runs=runs)}. "
        "No other deployment can begin before it is over.\n"
        f"go on:   assay deploy resume --env {found.environment}\n"
        f"go back: assay deploy revert --env {found.environment}"
    )
