"""IAM: policies that allow PutMetricData by `cloudwatch:namespace` see the namespace of the request."""

import json
from collections.abc import Callable
from typing import Any

from local_aws.hooks import Json, replace

_ACTION = "cloudwatch:PutMetricData"
_KEY = "cloudwatch:namespace"


def install() -> None:
    """Hook in where MiniStack gathers what conditions may ask about."""
    replace("ministack.core.iam_actions", "request_tag_context", _with_namespace)


def _with_namespace(original: Callable[..., Json]) -> Callable[..., Json]:
    def context(service: str, action: str, body: bytes, parameters: dict[str, Any]) -> Json:
        found = original(service, action, body, parameters)
        return {**found, _KEY: namespace(body, parameters)} if action == _ACTION else found

    return context


def namespace(body: bytes, parameters: dict[str, Any]) -> str:
    """The namespace of a request in the JSON protocol (SDKs) or the query protocol (older tools)."""
    form = parameters.get("Namespace")
    if form:
        return str(form[0] if isinstance(form, list) else form)
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return str(found.get("Namespace", "")) if isinstance(found, dict) else ""
