"""What the tests of the local AWS do with it: make roles, functions, machines, and wait for what they start."""

import io
import json
import socket
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_aws import control
from local_aws.clients import Clients, Credentials
from local_aws.settings import ACCOUNT, REGION

Json = dict[str, Any]
ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "TIMED_OUT", "ABORTED", "CANCELLED"}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(seconds: float, look: Callable[[], Any]) -> Any:
    """What `look` finds, once it finds something; fails the test when that takes longer."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing found within {seconds} s"
        time.sleep(0.02)
    return found


def allow(actions: str | list[str], *resources: str, **conditions: Any) -> Json:
    """A statement of a policy."""
    extra = {"Condition": conditions} if conditions else {}
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources) or "*", **extra}


def zipped(**files: str) -> bytes:
    """A zip of Python modules."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return buffer.getvalue()


@dataclass
class Aws:
    """The local AWS under test, with names that no other test uses."""

    folder: Path
    port: int
    clients: Clients = field(init=False)

    def __post_init__(self) -> None:
        self.clients = Clients(f"http://127.0.0.1:{self.port}")

    def root(self, service: str) -> Any:
        """A client with every permission."""
        return self.clients.root(service)

    def assumed(self, service: str, role: str) -> Any:
        """A client of somebody who took the role."""
        answer = self.root("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        credentials = Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
        return self.clients.client(service, credentials)

    def name(self, what: str) -> str:
        """A name for this test alone."""
        return f"{what}-{uuid.uuid4().hex[:10]}"

    def bucket(self, **settings: Any) -> str:
        """A new bucket."""
        bucket = self.name("bucket")
        self.root("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}, **settings
        )
        return bucket

    def role(self, *statements: Json, trust: Json | None = None) -> str:
        """A role with one policy; by default everybody may take it, and every service."""
        name = self.name("role")
        services = {"Service": [f"{s}.amazonaws.com" for s in ("states", "glue", "lambda", "scheduler")]}
        trusted = [
            {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"},
        ]
        document = {"Version": "2012-10-17", "Statement": [trust] if trust else trusted}
        iam = self.root("iam")
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="test", PolicyDocument=policy)
        return arn

    def function(self, code: str, *statements: Json, **settings: Any) -> str:
        """A new function whose handler is `handler(event, context)`; its ARN."""
        client = self.root("lambda")
        name = self.name("function")
        named = {"Runtime": "python3.13", "Handler": "code.handler", "Timeout": 10, **settings}
        role = self.role(*statements)
        made = client.create_function(FunctionName=name, Role=role, Code={"ZipFile": zipped(code=code)}, **named)
        until(10, lambda: client.get_function_configuration(FunctionName=name)["State"] == "Active")
        return str(made["FunctionArn"])

    def machine(self, states: Json, *statements: Json, role: str | None = None, **top: Any) -> str:
        """A new JSONata state machine; its ARN."""
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **top}
        made = self.root("stepfunctions").create_state_machine(
            name=self.name("machine"), roleArn=role or self.role(*statements), definition=json.dumps(definition)
        )
        return str(made["stateMachineArn"])

    def execute(self, machine: str, data: Any = None, name: str | None = None) -> Json:
        """Run a machine to its end; what DescribeExecution says."""
        return self.ended(self.started(machine, data, name))

    def started(self, machine: str, data: Any = None, name: str | None = None) -> str:
        """Start an execution; its ARN."""
        named = {"name": name} if name else {}
        started = self.root("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps(data or {}), **named
        )
        return str(started["executionArn"])

    def ended(self, execution: str) -> Json:
        """The execution, once it is over."""

        def look() -> Json | None:
            found: Json = self.root("stepfunctions").describe_execution(executionArn=execution)
            return found if found["status"] in ENDED else None

        found: Json = until(60, look)
        return found

    def mails(self) -> list[Json]:
        """The outbox."""
        return control.outbox(self.folder)

    def queried(self, sql: str, database: str = "default", client: Any = None, **settings: Any) -> Json:
        """Run a query to its end; what GetQueryExecution says."""
        athena = client or self.root("athena")
        query = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": database}, **settings)[
            "QueryExecutionId"
        ]

        def look() -> Json | None:
            found: Json = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            return found if found["Status"]["State"] in ENDED else None

        found: Json = until(30, look)
        return found

    def rows(self, query: Json) -> list[tuple[str | None, ...]]:
        """The rows of a query that succeeded, without the header."""
        assert query["Status"]["State"] == "SUCCEEDED", query["Status"]
        found = self.root("athena").get_query_results(QueryExecutionId=query["QueryExecutionId"])
        rows = [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in found["ResultSet"]["Rows"]]
        return rows[1:]
