"""One Glue job run: its record in AWS's shape and its way through the states."""

import time
import uuid
from dataclasses import dataclass

from local_aws.hooks import Json

FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"})
_DEFAULT_TIMEOUT_MINUTES = 480


@dataclass
class JobRun:
    """`record` is what GetJobRun answers; `wanted` is the state a stop or a timeout asks for."""

    account: str
    region: str
    job: Json
    record: Json
    wanted: str | None = None

    @classmethod
    def start(cls, account: str, region: str, job: Json, request: Json) -> "JobRun":
        """A new run of the job, not yet running."""
        now = time.time()
        workers = job.get("NumberOfWorkers") or 2
        record = {
            "Id": f"jr_{uuid.uuid4().hex}{uuid.uuid4().hex}",
            "Attempt": 0,
            "JobName": job["Name"],
            "JobMode": job["JobMode"],
            "JobRunQueuingEnabled": job.get("JobRunQueuingEnabled", False),
            "StartedOn": now,
            "LastModifiedOn": now,
            "JobRunState": "STARTING",
            "Arguments": request.get("Arguments") or {},
            "PredecessorRuns": [],
            "AllocatedCapacity": workers,
            "MaxCapacity": float(workers),
            "NumberOfWorkers": workers,
            "WorkerType": job.get("WorkerType"),
            "GlueVersion": job.get("GlueVersion"),
            "ExecutionClass": job["ExecutionClass"],
            "ExecutionTime": 0,
            "Timeout": request.get("Timeout") or job.get("Timeout") or _DEFAULT_TIMEOUT_MINUTES,
            "LogGroupName": "/aws-glue/jobs",
        }
        return cls(account, region, job, record)

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.record["Id"])

    @property
    def log_prefix(self) -> str:
        """What the run's log groups begin with; under a security configuration they are named after it and the role."""
        security, role = self.job.get("SecurityConfiguration"), str(self.job.get("Role")).rpartition("/")[2]
        return f"/aws-glue/jobs/{security}-role/{role}" if security else "/aws-glue/jobs"

    @property
    def state(self) -> str:
        """The run's state."""
        return str(self.record["JobRunState"])

    @property
    def over(self) -> bool:
        """Whether the run has reached a final state."""
        return self.state in FINAL

    @property
    def arguments(self) -> dict[str, str]:
        """Arguments as Glue merges them: the job's, then the run's, then those nobody may override."""
        return {
            **(self.job.get("DefaultArguments") or {}),
            **self.record["Arguments"],
            **(self.job.get("NonOverridableArguments") or {}),
        }

    def move(self, state: str, message: str | None = None) -> None:
        """Go to the state; a final one closes the run."""
        now = time.time()
        self.record.update(LastModifiedOn=now, JobRunState=state)
        if message:
            self.record["ErrorMessage"] = message[:2000]
        if state in FINAL:
            self.record.update(CompletedOn=now, ExecutionTime=int(now - self.record["StartedOn"]))
