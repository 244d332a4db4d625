"""Job arguments: ours are required, Glue's own are passed over."""

import pytest

from lake.errors import InvalidRunIdError
from transforms.arguments import parse

GIVEN = {
    "--JOB_NAME": "assay-local-bronze-to-silver",
    "--JOB_RUN_ID": "jr_0123",
    "--environment": "local",
    **{f"--bucket_{layer}": f"assay-local-{layer}" for layer in ("bronze", "silver", "gold", "quarantine", "control")},
    "--build_id": "0123456789ab",
    "--run_id": "20240331T020000Z-daily-abc",
    "--plan_uri": "s3://assay-local-control/runs/20240331T020000Z-daily-abc/plan.json",
    "--TempDir": "s3://somewhere/",
    "--enable-metrics": "true",
}


def words(given: dict[str, str]) -> list[str]:
    return [word for pair in given.items() for word in pair]


def test_what_glue_passes_is_understood() -> None:
    found = parse(words(GIVEN))
    assert (str(found.run_id), found.attempt, found.build_id) == (
        "20240331T020000Z-daily-abc",
        "jr_0123",
        "0123456789ab",
    )
    assert found.buckets.quarantine == "assay-local-quarantine"
    assert found.plan_uri.endswith("/plan.json")


@pytest.mark.parametrize("missing", ["--run_id", "--plan_uri", "--bucket_silver", "--JOB_RUN_ID", "--build_id"])
def test_a_missing_argument_stops_the_job(missing: str) -> None:
    with pytest.raises(SystemExit):
        parse(words({name: value for name, value in GIVEN.items() if name != missing}))


def test_a_run_id_that_is_none_stops_the_job() -> None:
    with pytest.raises(InvalidRunIdError):
        parse(words({**GIVEN, "--run_id": "today"}))
