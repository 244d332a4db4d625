"""Glue job definitions: the attributes MiniStack drops are kept here."""

from local_aws.hooks import Json, Request
from local_aws.records import Records

_KEPT = (
    "ExecutionProperty",
    "ExecutionClass",
    "JobMode",
    "JobRunQueuingEnabled",
    "LogUri",
    "MaintenanceWindow",
    "NotificationProperty",
)
_DEFAULTS: Json = {"ExecutionProperty": {"MaxConcurrentRuns": 1}, "ExecutionClass": "STANDARD", "JobMode": "SCRIPT"}


def _name(request: Request, job: str) -> str:
    return f"{request.account}/{request.region}/{job}"


class JobDefinitions:
    """CreateJob, UpdateJob, GetJob, GetJobs, DeleteJob with every attribute read back as written."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def create(self, request: Request) -> Json:
        """CreateJob."""
        answer = await request.forward()
        self._keep(request, request.data["Name"], request.data)
        if request.data.get("Tags"):
            arn = f"arn:aws:glue:{request.region}:{request.account}:job/{request.data['Name']}"
            await request.forward({"ResourceArn": arn, "TagsToAdd": request.data["Tags"]}, "TagResource")
        return answer

    async def update(self, request: Request) -> Json:
        """UpdateJob: replaces the definition."""
        answer = await request.forward()
        self._keep(request, request.data["JobName"], request.data["JobUpdate"])
        return answer

    async def delete(self, request: Request) -> Json:
        """DeleteJob."""
        self._records.remove(_name(request, request.data["JobName"]))
        return await request.forward()

    async def get(self, request: Request) -> Json:
        """GetJob."""
        return {"Job": await self.read(request, request.data["JobName"])}

    async def get_all(self, request: Request) -> Json:
        """GetJobs."""
        answer = await request.forward()
        return {**answer, "Jobs": [self._complete(request, job) for job in answer["Jobs"]]}

    async def read(self, request: Request, job: str) -> Json:
        """The full definition of one job; EntityNotFoundException when there is none."""
        answer = await request.forward({"JobName": job}, "GetJob")
        return self._complete(request, answer["Job"])

    def _keep(self, request: Request, job: str, source: Json) -> None:
        self._records.put(_name(request, job), {name: source[name] for name in _KEPT if name in source})

    def _complete(self, request: Request, job: Json) -> Json:
        return {**job, **_DEFAULTS, **(self._records.get(_name(request, job["Name"])) or {})}
