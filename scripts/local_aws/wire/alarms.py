"""CloudWatch: DescribeAlarms in the old query protocol, which Terraform speaks, with every field."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from local_aws import engine
from local_aws.hooks import Answer, Handler

_TARGET = "GraniteServiceVersion20100801.DescribeAlarms"
_SINGLE = ("AlarmNamePrefix", "StateValue", "NextToken")
_LISTS = ("AlarmNames", "AlarmTypes")
_NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"


def install() -> None:
    """Hook in: ask MiniStack in the JSON protocol, where it knows all fields, and answer in XML."""
    handlers = engine.module("ministack.app").SERVICE_HANDLERS
    original: Handler = handlers["monitoring"]

    async def handler(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        form = _form(headers, body)
        if form.get("Action") != ["DescribeAlarms"]:
            return await original(method, path, headers, body, query)
        named = {**headers, "content-type": "application/x-amz-json-1.0", "x-amz-target": _TARGET}
        status, _, found = await original("POST", "/", named, json.dumps(_arguments(form)).encode(), {})
        if status >= 400:
            return status, {"Content-Type": "application/json"}, found
        return status, {"Content-Type": "text/xml"}, _document(json.loads(found))

    handlers["monitoring"] = handler


def _form(headers: dict[str, str], body: bytes) -> dict[str, list[str]]:
    if "x-www-form-urlencoded" not in headers.get("content-type", ""):
        return {}
    return parse_qs(body.decode())


def _arguments(form: dict[str, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {name: form[name][0] for name in _SINGLE if name in form}
    for name in _LISTS:
        members = [values[0] for key, values in sorted(form.items()) if key.startswith(f"{name}.member.")]
        if members:
            found[name] = members
    return found


def _document(found: dict[str, Any]) -> bytes:
    result = {name: found.get(name, []) for name in ("MetricAlarms", "CompositeAlarms")}
    if found.get("NextToken"):
        result["NextToken"] = found["NextToken"]
    answer = {"DescribeAlarmsResult": result, "ResponseMetadata": {"RequestId": "local"}}
    return f'<DescribeAlarmsResponse xmlns="{_NAMESPACE}">{_xml(answer)}</DescribeAlarmsResponse>'.encode()


def _xml(value: Any, name: str = "") -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        parts = ((key, item) for key, item in value.items() if item is not None)
        return "".join(f"<{key}>{_xml(item, key)}</{key}>" for key, item in parts)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if name.endswith("Timestamp") and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return escape(str(value))
