"""StartJobRun, GetJobRun(s), BatchStopJobRun: the runs of all jobs."""

import threading

from local_aws.clients import Clients
from local_aws.errors import AwsError
from local_aws.glue.definitions import JobDefinitions
from local_aws.glue.process import JobProcess, stop_leftover
from local_aws.glue.run import JobRun
from local_aws.hooks import Json, Request, intercept
from local_aws.records import Records
from local_aws.settings import Settings


class JobRuns:
    """Runs by id. Finished ones come back after a restart; those a kill interrupted come back as FAILED."""

    def __init__(self, settings: Settings, clients: Clients, jobs: Records, records: Records) -> None:
        self._settings = settings
        self._clients = clients
        self._definitions = JobDefinitions(jobs)
        self._records = records
        self._lock = threading.Lock()
        self._live: dict[str, JobProcess] = {}
        self._close_interrupted()

    def install(self) -> None:
        """Take over Glue's job actions."""
        intercept(
            "glue",
            {
                "CreateJob": self._definitions.create,
                "UpdateJob": self._definitions.update,
                "DeleteJob": self._definitions.delete,
                "GetJob": self._definitions.get,
                "GetJobs": self._definitions.get_all,
                "StartJobRun": self._start,
                "GetJobRun": self._get,
                "GetJobRuns": self._get_all,
                "BatchStopJobRun": self._batch_stop,
            },
        )

    def stop_all(self) -> None:
        """Stop every run and wait until its process is gone."""
        running = list(self._live.values())
        for process in running:
            process.stop("STOPPED")
        for process in running:
            process.join()

    async def _start(self, request: Request) -> Json:
        job = await self._definitions.read(request, request.data["JobName"])
        run = JobRun.start(request.account, request.region, job, request.data)
        process = JobProcess(self._settings, self._clients, run, self._store)
        with self._lock:
            self._refuse_too_many(job)
            self._live[run.id] = process
        self._store(run)
        process.start()
        return {"JobRunId": run.id}

    def _refuse_too_many(self, job: Json) -> None:
        limit = job["ExecutionProperty"].get("MaxConcurrentRuns", 1)
        running = [process for process in self._live.values() if process.run.job["Name"] == job["Name"]]
        if len(running) >= limit:
            raise AwsError("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {job['Name']}")

    def _store(self, run: JobRun) -> None:
        entry = {"scope": [run.account, run.region], "run": run.record}
        if run.over:
            self._live.pop(run.id, None)
        self._records.put(run.id, entry)

    async def _get(self, request: Request) -> Json:
        return {"JobRun": self._find(request, request.data["RunId"])}

    async def _get_all(self, request: Request) -> Json:
        await self._definitions.read(request, request.data["JobName"])
        runs = [entry["run"] for entry in self._records.all() if self._matches(request, entry)]
        runs.sort(key=lambda run: -run["StartedOn"])
        start, size = int(request.data.get("NextToken") or 0), int(request.data.get("MaxResults") or 200)
        more = {"NextToken": str(start + size)} if start + size < len(runs) else {}
        return {"JobRuns": runs[start : start + size], **more}

    async def _batch_stop(self, request: Request) -> Json:
        stopped: list[Json] = []
        errors: list[Json] = []
        for run_id in request.data["JobRunIds"]:
            named = {"JobName": request.data["JobName"], "JobRunId": run_id}
            try:
                self._stop(request, run_id)
                stopped.append(named)
            except AwsError as error:
                detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
                errors.append({**named, "ErrorDetail": detail})
        return {"SuccessfulSubmissions": stopped, "Errors": errors}

    def _stop(self, request: Request, run_id: str) -> None:
        run = self._find(request, run_id)
        process = self._live.get(run_id)
        if process is None:
            raise AwsError("JobRunNotInTerminalStateException", f"Job run is in state {run['JobRunState']}")
        process.stop("STOPPED")

    def _find(self, request: Request, run_id: str) -> Json:
        entry = self._records.get(run_id)
        if entry is None or not self._matches(request, entry):
            raise AwsError("EntityNotFoundException", f"Job run {run_id} is not found")
        record: Json = entry["run"]
        return record

    @staticmethod
    def _matches(request: Request, entry: Json) -> bool:
        same_place = entry["scope"] == [request.account, request.region]
        return bool(same_place and entry["run"]["JobName"] == request.data["JobName"])

    def _close_interrupted(self) -> None:
        for entry in self._records.all():
            account, region = entry["scope"]
            run = JobRun(account, region, job={}, record=entry["run"])
            if not run.over:
                stop_leftover(run.id)
                run.move("FAILED", "the local AWS was stopped while the job ran")
                self._store(run)
