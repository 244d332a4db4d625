"""The default EventBridge bus behind the `Events` port."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lake.aws.errors import translated
from lake.errors import StoreError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBus:
    """Sends events of one source."""

    def __init__(self, client: "EventBridgeClient", source: str) -> None:
        self._client = client
        self._source = source

    def send(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """Send one event; an entry that the bus did not take is an error."""
        entry = {"Source": self._source, "DetailType": detail_type, "Detail": json.dumps(detail, ensure_ascii=False)}
        with translated(f"send the event '{detail_type}'"):
            answer = self._client.put_events(Entries=[entry])  # type: ignore[list-item]
        if answer["FailedEntryCount"]:
            failed = answer["Entries"][0]
            raise StoreError(
                f"the event '{detail_type}' was not taken: {failed.get('ErrorCode')}: {failed.get('ErrorMessage')}"
            )
