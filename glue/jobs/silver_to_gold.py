"""Glue job: the months a run touched in silver become gold files, one run summary for each gold dataset."""

import boto3

from lake.aws.store import S3Store
from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.spark.session import spark_session
from lake.steps.lake import Lake
from transforms.arguments import parse
from transforms.clock import SystemClock
from transforms.gold import silver_to_gold
from transforms.job_run import begin


def main() -> None:
    """Parse, wire, call."""
    given = parse()
    store = S3Store(boto3.client("s3"))
    lake = Lake(
        store, given.buckets, load_contracts(contracts_root()), SystemClock(), given.environment, given.build_id
    )
    spark = spark_session("silver_to_gold")
    silver_to_gold(begin(lake, spark, given.run_id, given.plan_uri, given.attempt))


if __name__ == "__main__":
    main()
