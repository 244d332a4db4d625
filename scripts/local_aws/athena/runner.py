"""Runs one query on its own thread and writes its result to S3, as the caller."""

import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local_aws.athena import results
from local_aws.athena.execution import QueryExecution
from local_aws.athena.failures import QueryError, as_query_error
from local_aws.athena.objects import split
from local_aws.athena.results import Result
from local_aws.athena.session import BytesLimitError, Session
from local_aws.athena.statements import execute
from local_aws.errors import AwsError

_OTHER = 2  # Athena's category of errors that are the user's
log = logging.getLogger("local_aws.athena")


class Runner:
    """One query execution from RUNNING to its end."""

    def __init__(
        self,
        execution: QueryExecution,
        session: Session,
        s3: Any,
        prepared: str | None,
        store: Callable[[QueryExecution], None],
    ) -> None:
        self._execution = execution
        self._session = session
        self._s3 = s3
        self._prepared = prepared
        self._store = store

    def run(self) -> None:
        """Run to the end; every failure becomes the execution's. Whoever sees the end sees the statistics as well."""
        started = time.monotonic()
        self._execution.record["Status"]["State"] = "RUNNING"
        try:
            end = self._end()
        finally:
            self._session.connection.close()
        self._count(started)
        self._execution.end(*end)
        self._store(self._execution)

    def _end(self) -> tuple[str, str | None, int]:
        """State, reason and category of error."""
        try:
            self._write(self._execute())
        except BytesLimitError as error:
            log.info("query %s cancelled: %s", self._execution.id, error)
            return "CANCELLED", "Bytes scanned limit was exceeded", _OTHER
        except AwsError as error:
            return "FAILED", error.message, _OTHER
        except Exception as error:  # DuckDB's, the translation's, or S3's: all are the query's failure
            failure = as_query_error(error)
            log.info("query %s failed", self._execution.id, exc_info=error)
            return "FAILED", str(failure), failure.category
        return "SUCCEEDED", None, _OTHER

    def cancel(self) -> None:
        """Stop the query."""
        self._execution.end("CANCELLED", "Query cancelled by user")
        self._session.connection.interrupt()
        self._store(self._execution)

    def _execute(self) -> Result:
        record = self._execution.record
        return execute(self._session, record["Query"], record.get("ExecutionParameters", []), self._statement)

    def _statement(self, name: str) -> str:
        if self._prepared is None:
            raise QueryError("INVALID_PREPARED_STATEMENT", f"PreparedStatement {name} was not found")
        return self._prepared

    def _write(self, result: Result) -> None:
        self._execution.columns, self._execution.types = result.names, result.types
        bucket, key = split(self._execution.output)
        is_select = self._execution.record["StatementType"] == "DML"
        body = results.write_csv(result) if is_select else results.write_lines(result)
        try:
            self._s3.put_object(Bucket=bucket, Key=key, Body=body)
            self._s3.put_object(Bucket=bucket, Key=f"{key}.metadata", Body=",".join(result.types).encode())
        except ClientError as error:
            reason = f"Access denied when writing output to url: {self._execution.output}: {error}"
            raise QueryError("PERMISSION_DENIED", reason) from error

    def _count(self, started: float) -> None:
        spent = int((time.monotonic() - started) * 1000)
        self._execution.record["Statistics"] = {
            "EngineExecutionTimeInMillis": spent,
            "TotalExecutionTimeInMillis": spent,
            "QueryQueueTimeInMillis": 0,
            "ServiceProcessingTimeInMillis": 0,
            "DataScannedInBytes": self._session.scanned,
        }
