"""Which resource a call is about, named as AWS names it; empty where MiniStack's own answer is right."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from local_aws import engine
from local_aws.authorization.call import Call
from local_aws.hooks import Json

_TAGGED = ("ResourceARN", "ResourceArn", "resourceArn")
_TAGS = ("TagResource", "UntagResource", "ListTagsForResource", "GetTags")


def resource(call: Call) -> str:
    """The resource's ARN."""
    if call.action in _TAGS:
        named = [call.data[field] for field in _TAGGED if call.data.get(field)]
        return str(named[0]) if named else unquote(call.path.partition("/tags/")[2])
    return FINDERS[call.service](call)


def role_of(name: Any) -> Json:
    """The role of this name in the caller's account, as MiniStack keeps it."""
    account, _ = engine.request_scope()
    return engine.module("ministack.services.iam")._roles.get_scoped(account, None, name) or {}


def _iam(call: Call) -> str:
    role, policy = call.data.get("RoleName"), call.data.get("PolicyName")
    if call.action == "CreateRole":
        return call.arn(f"role{call.data.get('Path') or '/'}{role}", anywhere=True)
    if call.action == "CreatePolicy":
        return call.arn(f"policy{call.data.get('Path') or '/'}{policy}", anywhere=True)
    return str(role_of(role).get("Arn", "")) if role else ""


def _events(call: Call) -> str:
    name, bus = call.data.get("Name") or call.data.get("Rule"), call.data.get("EventBusName") or "default"
    if not name or "Entries" in call.data:
        return ""
    return call.arn(f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def _glue(call: Call) -> str:
    data = call.data
    if "SecurityConfiguration" in call.action:
        return "*"
    if call.action == "CreateJob":
        return call.arn(f"job/{data['Name']}")
    if call.action.endswith("Database"):
        return call.arn(f"database/{data.get('Name') or data.get('DatabaseInput', {}).get('Name')}")
    return ""


def _scheduler(call: Call) -> str:
    _, _, schedule = call.path.partition("/schedules/")
    group = call.data.get("GroupName") or call.data.get("groupName") or "default"
    return call.arn(f"schedule/{group}/{schedule}") if schedule else ""


def _kms(call: Call) -> str:
    target = str(call.data.get("TargetKeyId") or "")
    return target if target.startswith("arn:") or not target else call.arn(f"key/{target}")


def _lambda(call: Call) -> str:
    return call.arn(f"function:{call.data['FunctionName']}") if call.action == "CreateFunction" else ""


def _states(call: Call) -> str:
    data = call.data
    if call.action == "CreateStateMachineAlias":
        return str(data["routingConfiguration"][0]["stateMachineVersionArn"]).rpartition(":")[0]
    return str(data.get("stateMachineAliasArn") or data.get("stateMachineVersionArn") or "")


def _sns(call: Call) -> str:
    """A subscription's own ARN begins with its topic's."""
    return str(call.data.get("SubscriptionArn") or "")


def _athena(call: Call) -> str:
    if call.action == "CreateWorkGroup":
        return call.arn(f"workgroup/{call.data['Name']}")
    query = call.data.get("NamedQueryId")
    found = engine.module("ministack.services.athena")._named_queries.get(query) if query else None
    group = (found or call.data).get("WorkGroup")
    return call.arn(f"workgroup/{group}") if group else ""


def _monitoring(call: Call) -> str:
    data = call.data
    dashboard = data.get("DashboardName") or data.get("DashboardNames.member.1")
    if dashboard:
        return call.arn(f"dashboard/{dashboard}", "cloudwatch", anywhere=True)
    alarm = data.get("AlarmNames.member.1") if call.action == "DeleteAlarms" else None
    return call.arn(f"alarm:{alarm}", "cloudwatch") if alarm else ""


FINDERS: dict[str, Callable[[Call], str]] = {
    "iam": _iam,
    "events": _events,
    "glue": _glue,
    "scheduler": _scheduler,
    "kms": _kms,
    "lambda": _lambda,
    "states": _states,
    "sns": _sns,
    "athena": _athena,
    "monitoring": _monitoring,
}
