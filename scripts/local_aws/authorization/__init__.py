"""IAM: policies see the resource of a request as AWS names it, and the conditions that boundaries need.

Only what a policy of ours narrows: the calls with which Terraform makes and reads a stack. The rest is MiniStack's.
"""

from collections.abc import Callable
from typing import Any

from local_aws import engine
from local_aws.authorization.call import Call, parameters
from local_aws.authorization.resources import FINDERS, resource, role_of
from local_aws.hooks import Json, replace
from local_aws.records import Records

_BOUNDED = "iam:PermissionsBoundary"
_EVENT = {"events:source": "Source", "events:detail-type": "DetailType"}


def install(queries: Records) -> None:
    """Hook in where MiniStack names the resource and gathers what conditions may ask about."""
    replace("ministack.core.iam_actions", "extract_resource_arn", lambda original: _naming(original, queries))
    replace("ministack.core.iam_actions", "request_tag_context", _with_conditions)


def _naming(original: Callable[..., str], queries: Records) -> Callable[..., str]:
    def name(*request: Any) -> str:
        service, method, path, headers, body, query, region, account = request
        found: str = original(*request)
        if service not in FINDERS:
            return found
        actions = engine.module("ministack.core.iam_actions")
        action = str(actions.extract_iam_action(service, method, path, headers, body, query)).rpartition(":")[2]
        data = parameters(body, query)
        ran = queries.get(str(data.get("QueryExecutionId"))) if service == "athena" else None
        if ran:  # the workgroup that it ran in decides who may see it
            data = {**data, "WorkGroup": ran["record"]["WorkGroup"]}
        return resource(Call(service, action, path, data, region, account)) or found

    return name


def _with_conditions(original: Callable[..., Json]) -> Callable[..., Json]:
    def context(service: str, action: str, body: bytes, query: Json) -> Json:
        return {**original(service, action, body, query), **_conditions(service, action, parameters(body, query))}

    return context


def _conditions(service: str, action: str, data: Json) -> Json:
    if service == "iam":
        boundary = data.get("PermissionsBoundary") or role_of(data.get("RoleName")).get("PermissionsBoundary")
        return {_BOUNDED: boundary} if boundary else {}
    if action == "events:PutEvents":
        return {key: _alike([each.get(field, "") for each in data.get("Entries", [])]) for key, field in _EVENT.items()}
    return {}


def _alike(values: list[str]) -> str | list[str]:
    return values[0] if len(set(values)) == 1 else values
