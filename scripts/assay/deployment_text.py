"""`assay deploy status` in words: what is active, how far the newest deployment is, what to type."""

from typing import Any

from lake.rules.deployment import ENDS, Phase


def status_lines(found: dict[str, Any]) -> list[str]:
    """The status, with what a person can do about a deployment that is not over."""
    active = found["active"]
    before = f", before it {active['previous']}" if active and active["previous"] else ""
    lines = [
        f"active     {active['build_id']} since {active['at']} by {active['who']}{before}"
        if active
        else "active     no build was deployed yet",
        f"runs start on {found['runs_start_on'] or 'nothing'}",
    ]
    deployment = found["deployment"]
    return [*lines, *_newest(deployment), *_what_to_do(found)] if deployment else lines


def _newest(deployment: dict[str, Any]) -> list[str]:
    why = f", because: {deployment['reason']}" if deployment["reason"] else ""
    troubles = (each for each in (deployment["trouble"], deployment["second_trouble"]) if each)
    return [
        f"newest     deployment {deployment['deployment_id']} of {deployment['build_id']}: {deployment['phase']}{why}",
        *(f"           {each['at']}  {each['phase']}" for each in deployment["journal"]),
        *(f"trouble    {each['phase']}: {each['error']}: {each['message']}" for each in troubles),
    ]


def _what_to_do(found: dict[str, Any]) -> list[str]:
    deployment, environment = found["deployment"], found["environment"]
    phase, holder = deployment["phase"], deployment["holder"]
    if phase in ENDS:
        return []
    back = f"go back:   assay deploy revert --env {environment}"
    if phase == Phase.STUCK:
        return ["going back failed too: correct the cause, then", back]
    on = f"go on:     assay deploy resume --env {environment}"
    if found["holder_is_gone"]:
        return ["its process is gone", on, back]
    who = f"worked on by {holder['who']} on {holder['host']} (process {holder['process']}) since {holder['since']}"
    return [f"{who}; if you know that it is not at work any more, add --take-over", on, back]
