"""The arguments of a Glue job. Names of buckets come from Terraform, the run from Step Functions or a person."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from lake.rules.layout import Buckets
from lake.rules.run import RunId


@dataclass(frozen=True)
class Arguments:
    """What a job is told. `attempt` names the folder of this job run: no two job runs share one."""

    environment: str
    buckets: Buckets
    build_id: str
    run_id: RunId
    plan_uri: str
    attempt: str


def parse(given: Sequence[str] | None = None) -> Arguments:
    """The arguments of a job. Glue passes more than these; the rest is not ours."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("environment", "build_id", "run_id", "plan_uri", "JOB_RUN_ID"):
        parser.add_argument(f"--{name}", required=True)
    for layer in _LAYERS:
        parser.add_argument(f"--bucket_{layer}", required=True)
    found = vars(parser.parse_known_args(given)[0])
    return Arguments(
        environment=found["environment"],
        buckets=Buckets(**{layer: found[f"bucket_{layer}"] for layer in _LAYERS}),
        build_id=found["build_id"],
        run_id=RunId(found["run_id"]),
        plan_uri=found["plan_uri"],
        attempt=found["JOB_RUN_ID"],
    )


_LAYERS = ("bronze", "silver", "gold", "quarantine", "control")
