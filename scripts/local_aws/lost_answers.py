"""A request that an SDK repeats because its answer got lost on the way is answered again, not carried out again.

Connections sometimes break between an answer and its reader when the machine is busy; a CreateRole that is carried out
twice fails with EntityAlreadyExists. Every attempt of a call carries the same `amz-sdk-invocation-id`.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger("local_aws.lost_answers")

Messages = list[dict[str, Any]]
Serve = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

_CALL, _ATTEMPT = b"amz-sdk-invocation-id", b"amz-sdk-request"
_READING = {"GET", "HEAD"}
_MOST_ANSWERS = 2_000
_LARGEST_ANSWER = 64 * 1024


class LostAnswers:
    """The last answers, by call."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, Messages] = OrderedDict()

    async def serve(self, app: Serve, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Let the application answer, or answer as it did at the first attempt."""
        headers = dict(scope["headers"])
        call = headers.get(_CALL)
        if call is None or scope["method"] in _READING:
            await app(scope, receive, send)
            return
        given = self._answers.get(call)
        if given is not None and b"attempt=1" not in headers.get(_ATTEMPT, b"").split(b";"):
            log.warning("%s %s is answered again: %s", scope["method"], scope["path"], call.decode())
            await _received(receive)
            for message in given:
                await send(message)
            return
        await app(scope, receive, self._keeping(call, send))

    def _keeping(self, call: bytes, send: Any) -> Any:
        messages: Messages = []

        async def keep(message: dict[str, Any]) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._keep(call, messages)
            await send(message)

        return keep

    def _keep(self, call: bytes, messages: Messages) -> None:
        """Only what was carried out: a refused or failed call is to be tried again."""
        if (
            messages[0].get("status", 500) >= 400
            or sum(len(each.get("body", b"")) for each in messages) > _LARGEST_ANSWER
        ):
            return
        self._answers[call] = messages
        while len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)


async def _received(receive: Any) -> None:
    while (await receive()).get("more_body"):
        pass
