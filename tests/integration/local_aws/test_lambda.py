"""Lambda functions: errors by name, and nothing at hand but the zip and the AWS SDK."""

import base64
import json
import os
from typing import Any

import pytest

from local_aws.lambdas import named_error
from tests.integration.local_aws.aws import Aws, allow

CODE = """
import importlib, sys, os
import boto3
def handler(event, context):
    if "module" in event:
        importlib.import_module(event["module"])
    if event.get("call"):
        boto3.client("s3").list_buckets()
    return {"arn": boto3.client("sts").get_caller_identity()["Arn"], "environment": dict(os.environ)}
"""


@pytest.fixture(scope="module")
def function(aws: Aws) -> str:
    return aws.function(CODE, allow("sts:GetCallerIdentity"))


def invoke(aws: Aws, function: str, event: Any) -> tuple[Any, bool]:
    answer = aws.root("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read()), "FunctionError" in answer


def test_a_function_acts_as_its_role(aws: Aws, function: str) -> None:
    answer, failed = invoke(aws, function, {})
    assert not failed
    assert ":assumed-role/role-" in answer["arn"]
    denied, failed = invoke(aws, function, {"call": True})
    assert failed
    assert denied["errorType"] == "AccessDenied"


@pytest.mark.parametrize("module", ["yaml", "pandas", "lake", "local_aws"])
def test_a_package_that_is_not_in_the_zip_is_not_there(aws: Aws, function: str, module: str) -> None:
    answer, failed = invoke(aws, function, {"module": module})
    assert failed
    assert answer["errorType"] == "ModuleNotFoundError"


@pytest.mark.parametrize("module", ["boto3", "botocore", "urllib3", "dateutil", "sqlite3"])
def test_the_sdk_and_the_standard_library_are_there(aws: Aws, function: str, module: str) -> None:
    assert invoke(aws, function, {"module": module})[1] is False


def test_nothing_of_our_shell_leaks_into_a_function(aws: Aws, function: str) -> None:
    assert "PYTEST_CURRENT_TEST" in os.environ, "the shell the local AWS was started from"
    environment = invoke(aws, function, {})[0]["environment"]
    assert environment["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{aws.port}"
    leaked = [name for name in environment if name.startswith(("PYTEST", "AWS_PROFILE", "VIRTUAL_ENV", "ASSAY_BUCKET"))]
    assert leaked == []
    assert "scripts" not in environment.get("PYTHONPATH", "")


def test_a_handler_that_cannot_be_imported_is_an_import_module_error(aws: Aws) -> None:
    answer, failed = invoke(aws, aws.function("import not_in_the_zip\n"), {})
    assert failed
    assert answer["errorType"] == "Runtime.ImportModuleError"
    assert "not_in_the_zip" in answer["errorMessage"]


@pytest.mark.parametrize(
    ("ending", "name"),
    [
        ("ValueError: bad", "ValueError"),
        ("lake.errors.GateRefusedError: bad", "GateRefusedError"),
        ("KeyError", "KeyError"),
        ("lake.errors.PlanError: first\nsecond: line", "PlanError"),
    ],
)
def test_the_error_type_is_the_class_of_the_last_traceback(ending: str, name: str) -> None:
    head = "INFO: a line of the log\nTraceback (most recent call last):\n"
    output = (
        f'{head}  File "x.py", line 1, in first\nOSError: caused\n\n{head}  File "x.py", line 9, in handler\n{ending}'
    )
    found = named_error({"errorType": "Runtime.HandlerError", "errorMessage": "bad"}, output)
    assert found["errorType"] == name
    assert found["stackTrace"] == ['  File "x.py", line 9, in handler']


def test_all_that_an_invocation_wrote_is_in_its_log(aws: Aws) -> None:
    code = "def handler(event, context):\n    print('x\\n' * 300_000)\n    print(f'the last of {event}')\n"
    function = aws.function(code)
    for number in (1, 2):
        answer = aws.root("lambda").invoke(FunctionName=function, Payload=str(number).encode(), LogType="Tail")
        assert f"the last of {number}" in base64.b64decode(answer["LogResult"]).decode()
