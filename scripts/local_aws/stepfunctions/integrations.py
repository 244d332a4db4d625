"""The service integrations by the beginning of their resource."""

from collections.abc import Mapping

from local_aws.stepfunctions.integration import Integration
from local_aws.stepfunctions.sdk import call_sdk
from local_aws.stepfunctions.services import (
    invoke_function,
    invoke_lambda,
    publish,
    put_events,
    start_execution,
    start_job_run,
    start_query,
)


def all_integrations() -> Mapping[str, Integration]:
    """Resource prefix → integration."""
    return {
        "arn:aws:states:::lambda:invoke": invoke_lambda,
        "arn:aws:lambda:": invoke_function,
        "arn:aws:states:::glue:startJobRun": start_job_run,
        "arn:aws:states:::athena:startQueryExecution": start_query,
        "arn:aws:states:::sns:publish": publish,
        "arn:aws:states:::events:putEvents": put_events,
        "arn:aws:states:::states:startExecution": start_execution,
        "arn:aws:states:::aws-sdk:": call_sdk,
    }
