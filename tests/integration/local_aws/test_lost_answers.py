"""A call that an SDK repeats, because it did not get the answer, is carried out once."""

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest

from tests.integration.local_aws.aws import Aws


def call(aws: Aws, attempt: int, invocation: str, **form: str) -> tuple[int, bytes]:
    """One attempt of a call to IAM, as the SDKs mark it."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20240401/us-east-1/iam/aws4_request, SignedHeaders=host, "
        "Signature=0",
        "amz-sdk-invocation-id": invocation,
        "amz-sdk-request": f"attempt={attempt}; max=25",
    }
    body = urllib.parse.urlencode({"Version": "2010-05-08", **form}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{aws.port}/", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def role(aws: Aws) -> dict[str, str]:
    trust = {"Version": "2012-10-17", "Statement": []}
    return {"Action": "CreateRole", "RoleName": aws.name("role"), "AssumeRolePolicyDocument": json.dumps(trust)}


def test_a_second_attempt_gets_the_answer_of_the_first(aws: Aws, role: dict[str, str]) -> None:
    invocation = str(uuid.uuid4())
    first = call(aws, 1, invocation, **role)
    assert first[0] == 200
    assert call(aws, 2, invocation, **role) == first


def test_another_call_is_carried_out(aws: Aws, role: dict[str, str]) -> None:
    assert call(aws, 1, str(uuid.uuid4()), **role)[0] == 200
    assert call(aws, 1, str(uuid.uuid4()), **role)[0] == 409


def test_a_call_that_failed_is_tried_again(aws: Aws, role: dict[str, str]) -> None:
    assert call(aws, 1, str(uuid.uuid4()), **role)[0] == 200
    invocation = str(uuid.uuid4())
    assert call(aws, 1, invocation, **role)[0] == 409
    aws.root("iam").delete_role(RoleName=role["RoleName"])
    assert call(aws, 2, invocation, **role)[0] == 200
