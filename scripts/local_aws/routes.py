"""The local AWS's own addresses under `/_local/`, and what every request passes first."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from local_aws.adapters import Adapters
from local_aws.checkpoint import Checkpoints
from local_aws.settings import Settings

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

# MiniStack listens without TLS. Policies that deny `aws:SecureTransport = false` must see what AWS would see.
_SECURE = (b"x-forwarded-proto", b"https")
_RESET = "/_ministack/reset"
_QUIET = ("/_local/", "/_ministack/health")


def routed(app: App, settings: Settings, adapters: Adapters, checkpoints: Checkpoints) -> App:
    """The whole HTTP application."""

    def health() -> Any:
        return {"status": "running", "pid": os.getpid(), "directory": str(settings.directory)}

    def checkpoint() -> Any:
        checkpoints.save()
        return {"saved": True}

    pages: dict[str, Callable[[], Any]] = {
        "/_local/health": health,
        "/_local/outbox": adapters.outbox,
        "/_local/checkpoint": checkpoint,
    }

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path = scope["path"]
        if path in pages:
            await _send_json(send, await asyncio.to_thread(pages[path]))
            return
        if not path.startswith(_QUIET):
            checkpoints.note_request()
        if path == _RESET:
            await asyncio.to_thread(adapters.reset)
        await app({**scope, "headers": [*scope["headers"], _SECURE]}, receive, send)
        if path == _RESET:
            checkpoints.forget()

    return serve


async def _send_json(send: Any, content: Any) -> None:
    body = json.dumps(content, default=str).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
