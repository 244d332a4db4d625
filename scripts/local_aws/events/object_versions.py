"""Events of S3 objects name the version of the object, as on AWS."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from local_aws.hooks import Json, replace

_version: ContextVar[str | None] = ContextVar("version_of_the_object", default=None)


def install() -> None:
    """Hook in."""
    replace("ministack.services.s3", "_fire_s3_event", _remember_version)
    replace("ministack.services.eventbridge", "_dispatch_event", _name_version)


def _remember_version(original: Callable[..., None]) -> Callable[..., None]:
    def fire(*arguments: Any, version_id: str | None = None, **named: Any) -> None:
        token = _version.set(version_id)
        try:
            original(*arguments, version_id=version_id, **named)
        finally:
            _version.reset(token)

    return fire


def _name_version(original: Callable[..., Any]) -> Callable[..., Any]:
    def dispatch(event: Json, *arguments: Any, **named: Any) -> Any:
        version = _version.get()
        if version and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = {**event, "Detail": json.dumps(detail)}
        return original(event, *arguments, **named)

    return dispatch
