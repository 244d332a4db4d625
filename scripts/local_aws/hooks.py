"""Adapters' way into MiniStack: take over single actions of a service, or rewrite its answers."""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws import engine
from local_aws.errors import AwsError

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]]
JSON_TYPE = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class Request:
    """One call of a JSON-protocol action, and the way to pass it on to MiniStack."""

    action: str
    data: Json
    headers: dict[str, str]
    account: str
    region: str
    _next: Callable[[str, Json], Awaitable[Answer]]

    async def forward(self, data: Json | None = None, action: str | None = None) -> Json:
        """MiniStack's answer to this call, or to another action of the same service."""
        status, _, body = await self._next(action or self.action, self.data if data is None else data)
        answer: Json = json.loads(body) if body else {}
        if status >= 400:
            code = str(answer.get("__type", "InternalError")).split("#")[-1]
            raise AwsError(code, answer.get("message") or answer.get("Message") or "", status)
        return answer


Action = Callable[[Request], Awaitable[Json]]


def intercept(service: str, actions: Mapping[str, Action]) -> None:
    """Serve the named actions of a JSON-protocol service ourselves; MiniStack keeps the others."""
    handlers = engine.module("ministack.app").SERVICE_HANDLERS
    original: Handler = handlers[service]

    async def handler(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        prefix, _, action = headers.get("x-amz-target", "").rpartition(".")
        serve = actions.get(action)
        if serve is None:
            return await original(method, path, headers, body, query)

        async def forward(name: str, data: Json) -> Answer:
            named = {**headers, "x-amz-target": f"{prefix}.{name}"}
            return await original(method, path, named, json.dumps(data).encode(), query)

        request = Request(action, json.loads(body or b"{}"), headers, *engine.request_scope(), forward)
        return await _answer(serve, request)

    handlers[service] = handler


async def _answer(serve: Action, request: Request) -> Answer:
    try:
        return 200, {"Content-Type": JSON_TYPE}, json.dumps(await serve(request), default=str).encode()
    except AwsError as error:
        body = {"__type": error.code, "message": error.message, "Message": error.message, **error.extra}
        headers = {"Content-Type": JSON_TYPE, "x-amzn-errortype": error.code}
        return error.status, headers, json.dumps(body).encode()


def replace(module: str, name: str, build: Callable[[Any], Any]) -> None:
    """Replace a MiniStack function by what `build` makes of the original."""
    owner = engine.module(module)
    original = getattr(owner, name)
    replacement = build(original)
    if inspect.iscoroutinefunction(original) != inspect.iscoroutinefunction(replacement):
        raise TypeError(f"{module}.{name}: the replacement must be called the same way as the original")
    setattr(owner, name, replacement)
