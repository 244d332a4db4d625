"""A request as policies see it."""

import json
from dataclasses import dataclass

from local_aws.hooks import Json


@dataclass(frozen=True)
class Call:
    """Its action, its parameters whatever the protocol, and where it goes."""

    service: str
    action: str
    path: str
    data: Json
    region: str
    account: str

    def arn(self, resource: str, service: str = "", anywhere: bool = False) -> str:
        """The ARN of a resource of this service, in this region or in none."""
        return f"arn:aws:{service or self.service}:{'' if anywhere else self.region}:{self.account}:{resource}"


def parameters(body: bytes, query: Json) -> Json:
    """What a request says, in the JSON protocol or in a form."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    form = {name: value[0] if isinstance(value, list) and value else value for name, value in (query or {}).items()}
    return {**form, **found} if isinstance(found, dict) else form
