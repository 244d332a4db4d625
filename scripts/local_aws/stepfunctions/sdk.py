"""`arn:aws:states:::aws-sdk:<service>:<action>`: any API call, through boto3."""

import json
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_aws.errors import AwsError
from local_aws.stepfunctions.integration import Call, plain, request

# Step Functions' names of services, where boto3's differ.
_SERVICES = {"sfn": "stepfunctions", "cloudwatchlogs": "logs", "eventbridge": "events"}
_PREFIXES = {
    "s3": "S3",
    "glue": "Glue",
    "athena": "Athena",
    "sns": "Sns",
    "lambda": "Lambda",
    "dynamodb": "DynamoDb",
    "stepfunctions": "Sfn",
    "logs": "CloudWatchLogs",
    "cloudwatch": "CloudWatch",
    "events": "EventBridge",
}


def call_sdk(call: Call) -> Any:
    """Call the action with PascalCase names in and out, errors as `<Service>.<Code>Exception`."""
    service, action = call.resource.removesuffix(".waitForTaskToken").split(":")[6:8]
    service = _SERVICES.get(service, service)
    try:
        client = call.client(service)
    except UnknownServiceError as error:
        raise AwsError("States.Runtime", f"aws-sdk service {service!r} is unknown") from error
    model = client.meta.service_model.operation_model(action[0].upper() + action[1:])
    arguments = _to_api(model.input_shape, call.data)
    try:
        answer = request(_PREFIXES.get(service, service.capitalize()), getattr(client, xform_name(action)), **arguments)
    except AwsError as error:
        named = error.code.endswith("Exception") or error.code.startswith("States.")
        raise AwsError(error.code if named else f"{error.code}Exception", error.message) from error
    return _pascal_case(plain(answer, datetime.isoformat))


def _to_api(shape: Shape | None, value: Any) -> Any:
    """The value with the API's own member names and, for binary members, its JSON text."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        found = {_member(shape, name): item for name, item in value.items()}
        return {name: _to_api(shape.members.get(name), item) for name, item in found.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_to_api(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: _to_api(shape.value, item) for name, item in value.items()}
    if shape is not None and shape.type_name == "blob" and not isinstance(value, str):
        return json.dumps(value, separators=(",", ":"))
    return value


def _member(shape: StructureShape, name: str) -> str:
    """The API's spelling of a member's name."""
    return next((str(member) for member in shape.members if str(member).lower() == name.lower()), name)


def _pascal_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _pascal_case(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_pascal_case(item) for item in value]
    return value
