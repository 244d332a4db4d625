"""The alias that every run starts on."""

from typing import TYPE_CHECKING

from lake.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class PipelineAlias:
    """Reads and moves one alias of the state machine."""

    def __init__(self, client: "SFNClient", alias_arn: str) -> None:
        self._client = client
        self._alias_arn = alias_arn

    def current(self) -> str:
        """ARN of the version that runs start on; empty when there is no alias yet."""
        with translated(f"look at the alias {self._alias_arn}"):
            try:
                found = self._client.describe_state_machine_alias(stateMachineAliasArn=self._alias_arn)
            except self._client.exceptions.ResourceNotFound:
                return ""
            return found["routingConfiguration"][0]["stateMachineVersionArn"]

    def move(self, version_arn: str) -> None:
        """Let every new run start on a version. Runs that work go on with theirs."""
        with translated(f"move the alias {self._alias_arn}"):
            self._client.update_state_machine_alias(
                stateMachineAliasArn=self._alias_arn,
                routingConfiguration=[{"stateMachineVersionArn": version_arn, "weight": 100}],
            )
