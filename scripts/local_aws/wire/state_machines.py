"""Step Functions: the tracing configuration is read back as written."""

from local_aws.hooks import Json, Request, intercept
from local_aws.records import Records


def install(records: Records) -> None:
    """Hook in."""

    async def write(request: Request) -> Json:
        answer = await request.forward()
        arn = request.data.get("stateMachineArn") or answer["stateMachineArn"]
        if "tracingConfiguration" in request.data:
            records.put(arn, request.data["tracingConfiguration"])
        return answer

    async def read(request: Request) -> Json:
        answer = await request.forward()
        tracing = records.get(request.data["stateMachineArn"]) or {"enabled": False}
        return {**answer, "tracingConfiguration": tracing}

    intercept("states", {"CreateStateMachine": write, "UpdateStateMachine": write, "DescribeStateMachine": read})
