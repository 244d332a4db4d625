"""Athena's query actions: start, get, results, stop, list."""

import re
import threading
from collections import OrderedDict

from local_aws import engine
from local_aws.athena import results
from local_aws.athena.execution import ENDED, QueryExecution
from local_aws.athena.footers import Footers
from local_aws.athena.objects import split
from local_aws.athena.results import Row
from local_aws.athena.runner import Runner
from local_aws.athena.session import Session
from local_aws.athena.statements import check_syntax
from local_aws.athena.trail import Trail, caller_name
from local_aws.athena.workgroups import get_workgroup
from local_aws.clients import Clients, Credentials
from local_aws.errors import AwsError
from local_aws.hooks import Json, Request, intercept
from local_aws.records import Records
from local_aws.settings import Settings

_KEY = re.compile(r"Credential=([^/]+)/")
_KEPT_RESULTS = 8


class Queries:
    """Query executions by id; their history survives a restart, results are read back from S3."""

    def __init__(self, settings: Settings, clients: Clients, records: Records) -> None:
        self._settings = settings
        self._clients = clients
        self._records = records
        self._footers = Footers()
        self._running: dict[str, Runner] = {}
        self._tokens: dict[str, str] = {}
        self._results: OrderedDict[str, list[Row]] = OrderedDict()
        self._close_interrupted()

    def install(self) -> None:
        """Take over Athena's query actions, and the trail they leave."""
        Trail(self._records).install()
        intercept(
            "athena",
            {
                "StartQueryExecution": self._start,
                "GetQueryExecution": self._get,
                "BatchGetQueryExecution": self._batch_get,
                "GetQueryResults": self._get_results,
                "StopQueryExecution": self._stop,
                "ListQueryExecutions": self._list,
                "GetWorkGroup": get_workgroup,
            },
        )

    async def _start(self, request: Request) -> Json:
        token = request.data.get("ClientRequestToken")
        if token in self._tokens:
            return {"QueryExecutionId": self._tokens[token]}
        group = await self._workgroup(request)
        check_syntax(request.data["QueryString"])
        execution = QueryExecution.start(request, group)
        execution.caller = self._caller_name(request)
        prepared = await self._prepared(request)
        runner = self._runner(self._caller(request), execution, prepared)
        self._running[execution.id] = runner
        if token:
            self._tokens[token] = execution.id
        self._store(execution)
        threading.Thread(target=runner.run, name=execution.id, daemon=True).start()
        return {"QueryExecutionId": execution.id}

    def _runner(self, caller: Credentials, execution: QueryExecution, prepared: str | None) -> Runner:
        region = execution.scope[1]
        s3 = self._clients.client("s3", caller, region)
        glue = self._clients.client("glue", caller, region)
        database = execution.record["QueryExecutionContext"].get("Database") or "default"
        session = Session(glue, s3, database, self._settings.query_cache, self._footers, execution.limit)
        return Runner(execution, session, s3, prepared, self._store)

    async def _workgroup(self, request: Request) -> Json:
        name = request.data.get("WorkGroup", "primary")
        group: Json = (await request.forward({"WorkGroup": name}, "GetWorkGroup"))["WorkGroup"]
        if group.get("State") == "DISABLED":
            raise AwsError("InvalidRequestException", f"WorkGroup {name} is disabled.")
        return group

    async def _prepared(self, request: Request) -> str | None:
        """The text of the prepared statement an EXECUTE names."""
        found = re.match(r"\s*execute\s+(\w+)", request.data["QueryString"], re.I)
        if found is None:
            return None
        named = {"StatementName": found[1], "WorkGroup": request.data.get("WorkGroup", "primary")}
        try:
            answer = await request.forward(named, "GetPreparedStatement")
        except AwsError as error:
            reason = f"PreparedStatement {found[1]} was not found in workGroup {named['WorkGroup']}"
            raise AwsError("InvalidRequestException", reason) from error
        return str(answer["PreparedStatement"]["QueryStatement"])

    def _caller(self, request: Request) -> Credentials:
        """The credentials of whoever sent the request: a query reads the catalog and S3 as its caller."""
        found = _KEY.search(request.headers.get("authorization", ""))
        if found is None:
            return Credentials()
        known = engine.module("ministack.core.iam_evaluator").resolve_credential(found[1], request.account)
        return Credentials(known.access_key_id, known.secret_access_key, known.session_token)

    def _caller_name(self, request: Request) -> str:
        found = _KEY.search(request.headers.get("authorization", ""))
        return caller_name(found[1], request.account) if found else ""

    def _store(self, execution: QueryExecution) -> None:
        if execution.ended:
            self._running.pop(execution.id, None)
        self._records.put(execution.id, execution.entry())

    def _find(self, request: Request, query_id: str) -> QueryExecution:
        entry = self._records.get(query_id)
        if entry is None or entry["scope"] != [request.account, request.region]:
            raise AwsError("InvalidRequestException", f"QueryExecution {query_id} was not found")
        return QueryExecution.of(entry)

    async def _get(self, request: Request) -> Json:
        return {"QueryExecution": self._find(request, request.data["QueryExecutionId"]).record}

    async def _batch_get(self, request: Request) -> Json:
        found: list[Json] = []
        missing: list[Json] = []
        for query_id in request.data["QueryExecutionIds"]:
            try:
                found.append(self._find(request, query_id).record)
            except AwsError as error:
                missing.append({"QueryExecutionId": query_id, "ErrorCode": error.code, "ErrorMessage": error.message})
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    async def _list(self, request: Request) -> Json:
        group = request.data.get("WorkGroup", "primary")
        mine = [e for e in self._records.all() if e["scope"] == [request.account, request.region]]
        mine = [entry for entry in mine if entry["record"]["WorkGroup"] == group]
        mine.sort(key=lambda entry: -entry["record"]["Status"]["SubmissionDateTime"])
        start, size = int(request.data.get("NextToken") or 0), int(request.data.get("MaxResults") or 50)
        ids = [entry["record"]["QueryExecutionId"] for entry in mine]
        more = {"NextToken": str(start + size)} if start + size < len(ids) else {}
        return {"QueryExecutionIds": ids[start : start + size], **more}

    async def _stop(self, request: Request) -> Json:
        execution = self._find(request, request.data["QueryExecutionId"])
        runner = self._running.get(execution.id)
        if runner is not None:
            runner.cancel()
        return {}

    async def _get_results(self, request: Request) -> Json:
        execution = self._find(request, request.data["QueryExecutionId"])
        execution.require_results()
        rows = self._results.get(execution.id)
        if rows is None:
            rows = self._results[execution.id] = await self._read(execution)
            while len(self._results) > _KEPT_RESULTS:
                self._results.popitem(last=False)
        start, size = int(request.data.get("NextToken") or 0), int(request.data.get("MaxResults") or 1000)
        more = str(start + size) if start + size < len(rows) else None
        return results.page(execution.columns, execution.types, rows[start : start + size], more)

    async def _read(self, execution: QueryExecution) -> list[Row]:
        bucket, key = split(execution.output)
        body = await engine.off_loop(self._clients.root("s3").get_object, Bucket=bucket, Key=key)
        content = await engine.off_loop(body["Body"].read)
        if execution.output.endswith(".csv"):
            return results.read_csv(content)
        return results.read_lines(content, len(execution.columns))

    def _close_interrupted(self) -> None:
        for entry in self._records.all():
            execution = QueryExecution.of(entry)
            if execution.record["Status"]["State"] not in ENDED:
                execution.end("FAILED", "the local AWS was stopped while the query ran")
                self._store(execution)
