"""One query execution: its record in AWS's shape, and where its results go."""

import time
import uuid
from dataclasses import dataclass, field

from local_aws.athena.statements import kind_of
from local_aws.errors import AwsError
from local_aws.hooks import Json, Request

ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
_ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}


@dataclass
class QueryExecution:
    """`record` is what GetQueryExecution answers; columns and types are known once the query succeeded."""

    scope: list[str]
    record: Json
    columns: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    limit: int | None = None
    caller: str = ""

    @classmethod
    def start(cls, request: Request, group: Json) -> "QueryExecution":
        """A queued execution; InvalidRequestException when no place for results is known."""
        settings = group.get("Configuration") or {}
        query_id = str(uuid.uuid4())
        kind = kind_of(request.data["QueryString"])
        place = f"{_results_folder(request.data, settings)}/{query_id}.{'csv' if kind == 'DML' else 'txt'}"
        parameters = request.data.get("ExecutionParameters")
        record = {
            "QueryExecutionId": query_id,
            "Query": request.data["QueryString"],
            "StatementType": kind,
            "SubstatementType": "SELECT" if kind == "DML" else "",
            "ResultConfiguration": {"OutputLocation": place},
            "QueryExecutionContext": request.data.get("QueryExecutionContext") or {},
            "Status": {"State": "QUEUED", "SubmissionDateTime": time.time()},
            "Statistics": {},
            "WorkGroup": group["Name"],
            "EngineVersion": _ENGINE,
            **({"ExecutionParameters": parameters} if parameters else {}),
        }
        return cls([request.account, request.region], record, limit=settings.get("BytesScannedCutoffPerQuery"))

    @classmethod
    def of(cls, entry: Json) -> "QueryExecution":
        """The execution kept in a record."""
        return cls(
            entry["scope"], entry["record"], entry["columns"], entry["types"], entry["limit"], entry.get("caller", "")
        )

    def entry(self) -> Json:
        """The record to keep."""
        kept = {"scope": self.scope, "record": self.record, "columns": self.columns, "types": self.types}
        return {**kept, "limit": self.limit, "caller": self.caller}

    @property
    def id(self) -> str:
        """The execution's id."""
        return str(self.record["QueryExecutionId"])

    @property
    def output(self) -> str:
        """The address of the result file."""
        return str(self.record["ResultConfiguration"]["OutputLocation"])

    @property
    def ended(self) -> bool:
        """Whether it succeeded, failed or was cancelled."""
        return self.record["Status"]["State"] in ENDED

    def end(self, state: str, reason: str | None = None, category: int = 2) -> None:
        """Close the execution, once."""
        if self.ended:
            return
        status = self.record["Status"]
        status.update(State=state, CompletionDateTime=time.time())
        if reason:
            status["StateChangeReason"] = reason
        if state == "FAILED":
            error = {"ErrorCategory": category, "ErrorType": 1, "Retryable": False, "ErrorMessage": reason}
            status["AthenaError"] = error

    def require_results(self) -> None:
        """Raise InvalidRequestException unless the query succeeded."""
        state = self.record["Status"]["State"]
        if state == "SUCCEEDED":
            return
        if state in ENDED:
            text = f"Query did not finish successfully. Final query state: {state}"
        else:
            text = f"Query has not yet finished. Current state: {state}"
        raise AwsError("InvalidRequestException", text)


def _results_folder(data: Json, settings: Json) -> str:
    of_group = (settings.get("ResultConfiguration") or {}).get("OutputLocation")
    of_query = (data.get("ResultConfiguration") or {}).get("OutputLocation")
    enforced = settings.get("EnforceWorkGroupConfiguration", False)
    found = of_group if enforced and of_group else of_query or of_group
    if not found:
        raise AwsError(
            "InvalidRequestException",
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input.",
        )
    return str(found).rstrip("/")
