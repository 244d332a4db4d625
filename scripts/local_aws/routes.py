"""The local AWS's own addresses under `/_local/`, and what every request passes first."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from local_aws.adapters import Adapters
from local_aws.checkpoint import Checkpoints
from local_aws.lost_answers import LostAnswers
from local_aws.settings import Settings

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

# MiniStack listens without TLS. Policies that deny `aws:SecureTransport = false` must see what AWS would see.
_SECURE = (b"x-forwarded-proto", b"https")
_RESET = "/_ministack/reset"
_QUIET = "/_ministack/health"


class Application:
    """The whole HTTP application."""

    def __init__(self, app: App, settings: Settings, adapters: Adapters, checkpoints: Checkpoints) -> None:
        self._app = app
        self._settings = settings
        self._adapters = adapters
        self._checkpoints = checkpoints
        self._lost_answers = LostAnswers()
        self._pages: dict[str, Callable[[], Any]] = {
            "/_local/health": self._health,
            "/_local/outbox": adapters.outbox,
            "/_local/checkpoint": self._checkpoint,
        }

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one request, or the server's own start and end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] in self._pages:
            await _send_json(send, await asyncio.to_thread(self._pages[scope["path"]]))
        elif scope["path"] == _RESET:
            await asyncio.to_thread(self._adapters.reset)
            await self._app(scope, receive, send)
            self._checkpoints.forget()
        else:
            if scope["path"] != _QUIET:
                self._checkpoints.note_request()
            secured = {**scope, "headers": [*scope["headers"], _SECURE]}
            await self._lost_answers.serve(self._app, secured, receive, send)

    def _health(self) -> Any:
        return {"status": "running", "pid": os.getpid(), "directory": str(self._settings.directory)}

    def _checkpoint(self) -> Any:
        self._checkpoints.save()
        return {"saved": True}


async def _send_json(send: Any, content: Any) -> None:
    body = json.dumps(content, default=str).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
