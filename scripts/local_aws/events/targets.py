"""Targets of rules and schedules: called as AWS would call them, or not at all when they may not be."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from botocore.exceptions import ClientError

from local_aws import engine
from local_aws.background import in_background
from local_aws.clients import Clients
from local_aws.errors import AwsError
from local_aws.events.placeholders import filled
from local_aws.hooks import Json, replace
from local_aws.roles import ServiceRole

log = logging.getLogger("local_aws.events")

_EVENTS = "ministack.services.eventbridge"
_PRINCIPAL = "events.amazonaws.com"
_SESSION = "AmazonEventBridgeScheduler"
_TICK_SECONDS = 1
# The target and the rule (or schedule) that is being fired.
_firing: ContextVar[tuple[Json, Json]] = ContextVar("firing", default=({}, {}))


def install(clients: Clients) -> None:
    """Hook in."""
    engine.service("scheduler")._SCHEDULE_TICK_INTERVAL = _TICK_SECONDS
    replace(_EVENTS, "_invoke_target", _remember)
    replace(_EVENTS, "_dispatch_to_lambda", lambda _: _call_function(clients))
    replace(_EVENTS, "_dispatch_to_sns", _publish_if_allowed)


def _remember(original: Callable[..., None]) -> Callable[..., None]:
    def invoke(target: Json, event: Json, rule: Json, *rest: Any) -> None:
        if event.get("Source") == "aws.scheduler" and target.get("Input"):
            target = {**target, "Input": filled(target["Input"], rule, float(event["Time"]))}
        token = _firing.set((target, rule))
        try:
            original(target, event, rule, *rest)
        finally:
            _firing.reset(token)

    return invoke


def _call_function(clients: Clients) -> Callable[[str, str], None]:
    """Asynchronous invocation: its retries and its on-failure destination are Lambda's."""

    def call(arn: str, payload: str) -> None:
        target, rule = _firing.get()
        region = arn.split(":")[3]
        role = target.get("RoleArn")
        if role is None and not _function_allows(arn, rule):
            log.warning("the policy of %s does not let %s call it: no lambda permission", arn, rule.get("Arn"))
            _keep(clients, target, rule, payload, "NO_PERMISSIONS")
            return

        def invoke() -> None:
            try:
                client = (
                    clients.as_role("lambda", _role(role, rule), region) if role else clients.root("lambda", region)
                )
                client.invoke(FunctionName=arn, InvocationType="Event", Payload=payload.encode())
            except (ClientError, AwsError) as error:
                log.warning("%s could not call %s: %s", rule.get("Arn"), arn, error)
                _keep(clients, target, rule, payload, "SDK_CLIENT_ERROR")

        in_background(invoke)

    return call


def _keep(clients: Clients, target: Json, rule: Json, payload: str, code: str) -> None:
    """Put an event into the queue of its target, if it has one."""
    arn = target.get("DeadLetterConfig", {}).get("Arn")
    if not arn:
        return
    told = {"RULE_ARN": rule.get("Arn", ""), "TARGET_ARN": target["Arn"], "ERROR_CODE": code}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items() if value}

    def send() -> None:
        sqs = clients.root("sqs", arn.split(":")[3])
        url = sqs.get_queue_url(QueueName=arn.split(":")[-1])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=payload, MessageAttributes=attributes)

    in_background(send)


def _role(arn: str, schedule: Json) -> ServiceRole:
    group = schedule["Arn"].replace(":schedule/", ":schedule-group/").rsplit("/", 1)[0]
    return ServiceRole(arn, "scheduler.amazonaws.com", group, _SESSION)


def _function_allows(arn: str, rule: Json) -> bool:
    found = engine.service("lambda_svc").function_policy_for_arn(arn)
    if found is None:
        return False
    policy, account = found
    iam = engine.module("ministack.core.iam_evaluator")
    context = iam.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="lambda:InvokeFunction",
        resource_arn=arn,
        region=arn.split(":")[3],
        service_context={"aws:sourcearn": rule.get("Arn", ""), "aws:sourceaccount": account},
    )
    return bool(iam.evaluate_resource_policy(policy, context, service=_PRINCIPAL).decision == "Allow")


def _publish_if_allowed(original: Callable[[str, str], None]) -> Callable[[str, str], None]:
    def publish(arn: str, payload: str) -> None:
        _, rule = _firing.get()
        account, _ = engine.request_scope()
        if engine.service("sns").topic_policy_allows(arn, _PRINCIPAL, rule.get("Arn", ""), account):
            original(arn, payload)
        else:
            log.warning("the policy of %s does not let %s publish to it", arn, rule.get("Arn"))

    return publish
