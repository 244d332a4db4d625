"""AWS Glue: job runs as local processes under the job's own role."""

from local_aws.glue.runs import JobRuns

__all__ = ["JobRuns"]
