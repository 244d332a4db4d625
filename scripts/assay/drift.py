"""Drift: what somebody changed in the stack past Terraform, found by a plan that only refreshes."""

from assay import saved_plan
from assay.console import out
from assay.plan_changes import DRIFTED, Change, changes
from assay.target import Target
from lake.aws.events import EventBus
from lake.rules.event import Event, EventKind

MOST_NAMED = 3


def find(target: Target) -> list[Change]:
    """Every resource that is not as Terraform left it. Nothing is changed, not even the state."""
    return changes(saved_plan.make(target, refresh_only=True), DRIFTED)


def tell(target: Target, found: list[Change]) -> None:
    """An event about the drift, which becomes a mail."""
    changed = tuple(str(each) for each in found)
    event = Event(EventKind.DRIFT_FOUND, target.environment, reason=in_words(found), changes=changed)
    EventBus(target.client("events")).tell(event)


def in_words(found: list[Change]) -> str:
    """`2 resources were changed or deleted past Terraform: a, b`."""
    named = ", ".join(each.address for each in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    were = "resource was" if len(found) == 1 else "resources were"
    return f"{len(found)} {were} changed or deleted past Terraform: {named}{more}"


def print_drift(target: Target, found: list[Change]) -> None:
    """The drift for people."""
    if not found:
        out.print(f"no drift: {target.name} is as Terraform left it")
        return
    out.print(in_words(found), soft_wrap=True, markup=False)
    for each in found:
        out.print(f"  {each}", soft_wrap=True, markup=False)
    out.print("what to do: docs/runbooks/drift.md")
