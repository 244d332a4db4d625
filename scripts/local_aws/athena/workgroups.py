"""GetWorkGroup with every setting, also those that were never set."""

from local_aws.hooks import Json, Request

_ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}


async def get_workgroup(request: Request) -> Json:
    """The workgroup; a workgroup of its own enforces its settings unless told otherwise, `primary` does not."""
    answer = await request.forward()
    group: Json = answer["WorkGroup"]
    usual = {
        "EnforceWorkGroupConfiguration": group["Name"] != "primary",
        "PublishCloudWatchMetricsEnabled": False,
        "RequesterPaysEnabled": False,
        "EngineVersion": _ENGINE,
    }
    return {"WorkGroup": {**group, "Configuration": {**usual, **(group.get("Configuration") or {})}}}
