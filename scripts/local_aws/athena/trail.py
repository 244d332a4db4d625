"""CloudTrail's event history, as far as queries go: who started which one."""

import json
import re

from local_aws import engine
from local_aws.hooks import Json, Request, intercept
from local_aws.records import Records

EVENT = "StartQueryExecution"
ROOT = "root"


def caller_name(access_key: str, account: str) -> str:
    """The name CloudTrail would show for a key: a user, a role's session, or root."""
    known = engine.module("ministack.core.iam_evaluator").resolve_credential(access_key, account)
    return re.split("[/:]", str(getattr(known, "principal_arn", "")))[-1] or ROOT


class Trail:
    """Answers LookupEvents from the history of queries; MiniStack's own trail knows no answers of requests."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def install(self) -> None:
        """Take over the event history."""
        intercept("cloudtrail", {"LookupEvents": self._lookup})

    async def _lookup(self, request: Request) -> Json:
        wanted = {each["AttributeKey"]: each["AttributeValue"] for each in request.data.get("LookupAttributes", [])}
        if wanted != {"EventName": EVENT}:
            return {"Events": []}
        since = float(request.data.get("StartTime") or 0)
        found = [e for e in self._records.all() if e["scope"] == [request.account, request.region]]
        events = [_event(each) for each in found if _at(each) >= since]
        return {"Events": sorted(events, key=lambda each: -float(each["EventTime"]))}


def _event(entry: Json) -> Json:
    answer = {"queryExecutionId": entry["record"]["QueryExecutionId"]}
    return {
        "EventId": entry["record"]["QueryExecutionId"],
        "EventName": EVENT,
        "EventSource": "athena.amazonaws.com",
        "EventTime": _at(entry),
        "Username": entry.get("caller") or ROOT,
        "CloudTrailEvent": json.dumps({"eventName": EVENT, "responseElements": answer}),
    }


def _at(entry: Json) -> float:
    return float(entry["record"]["Status"]["SubmissionDateTime"])
