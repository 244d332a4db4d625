"""Glue job: the current rows of a run's months, written again into few files, with the proof that they are the same."""

import boto3

from lake.aws.store import S3Store
from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.spark.session import spark_session
from lake.steps.lake import Lake
from transforms.arguments import parse
from transforms.clock import SystemClock
from transforms.compact import compact
from transforms.job_run import begin


def main() -> None:
    """Parse, wire, call."""
    given = parse()
    store = S3Store(boto3.client("s3"))
    lake = Lake(
        store, given.buckets, load_contracts(contracts_root()), SystemClock(), given.environment, given.build_id
    )
    spark = spark_session("compact")
    compact(begin(lake, spark, given.run_id, given.plan_uri, given.attempt))


if __name__ == "__main__":
    main()
