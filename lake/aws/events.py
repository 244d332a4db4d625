"""EventBridge behind the `Events` port."""

from dataclasses import replace
from typing import TYPE_CHECKING

from lake.aws.errors import translated
from lake.errors import StoreError
from lake.rules.event import SOURCE, Event, detail

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef


class EventBus:
    """The default bus of the account. `rehearsal`: the smoke test that makes happen what is told."""

    def __init__(self, client: "EventBridgeClient", rehearsal: str = "") -> None:
        self._client = client
        self._rehearsal = rehearsal

    def tell(self, event: Event) -> None:
        """Put one event. Raises StoreError when the bus did not take it: PutEvents itself answers 200 then."""
        event = replace(event, rehearsal=self._rehearsal or event.rehearsal)
        entry: PutEventsRequestEntryTypeDef = {"Source": SOURCE, "DetailType": str(event.kind), "Detail": detail(event)}
        with translated(f"tell the bus of '{event.kind}'"):
            answer = self._client.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            failed = answer["Entries"][0]
            raise StoreError(
                f"the bus did not take '{event.kind}': {failed.get('ErrorCode')}: {failed.get('ErrorMessage')}"
            )
