"""Puts every adapter in its place."""

from typing import Any

from local_aws import athena, authorization, events, glue, lambdas, stepfunctions, wire
from local_aws.clients import Clients
from local_aws.mail import Outbox
from local_aws.records import Records
from local_aws.settings import Settings


class Adapters:
    """All adapters of one server, and the records they keep."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients = Clients(settings.endpoint)
        self._records = {
            name: Records(settings.records / name) for name in ("jobs", "job-runs", "queries", "state-machines", "mail")
        }
        self._outbox = Outbox(self._records["mail"])
        self._runs = glue.JobRuns(settings, self._clients, self._records["jobs"], self._records["job-runs"])
        self._queries = athena.Queries(settings, self._clients, self._records["queries"])

    def install(self) -> None:
        """Hook every adapter into MiniStack."""
        self._runs.install()
        self._queries.install()
        self._outbox.install()
        stepfunctions.install(self._clients)
        authorization.install(self._records["queries"])
        lambdas.install(self._settings)
        events.install(self._clients)
        wire.install(self._records["state-machines"])

    def serving(self) -> None:
        """Tell what the server before could not tell; rules call functions, and those call the server."""
        stepfunctions.tell_interrupted()

    def outbox(self) -> Any:
        """The mails sent so far, oldest first."""
        return list(self._records["mail"].all())

    def reset(self) -> None:
        """Forget everything; running jobs are stopped."""
        self._runs.stop_all()
        for records in self._records.values():
            records.clear()
        self._clients.forget()

    def stop(self) -> None:
        """Stop what still runs."""
        self._runs.stop_all()
