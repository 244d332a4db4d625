"""Pages of the AWS console about a run."""

from lake.rules.failure import Cause


def region_of(arn: str) -> str:
    """The region in an ARN; empty for what is none."""
    return arn.split(":")[3] if arn.startswith("arn:") and arn.count(":") > 3 else ""


def execution_page(execution_arn: str) -> str:
    """The execution, with its history; what is no ARN stays what it is."""
    region = region_of(execution_arn)
    if not region:
        return execution_arn
    return f"{_console(region)}/states/home?region={region}#/v2/executions/details/{execution_arn}"


def links(execution_arn: str, cause: Cause) -> dict[str, str]:
    """Where to look: the execution, and the job run with its log if a job failed."""
    found = {"execution": execution_page(execution_arn)}
    region = region_of(execution_arn)
    if region and cause.job_name and cause.job_run_id:
        job = f"{_console(region)}/gluestudio/home?region={region}#/job/{cause.job_name}/run/{cause.job_run_id}"
        found["job run"] = job
    return found


def _console(region: str) -> str:
    return f"https://{region}.console.aws.amazon.com"
