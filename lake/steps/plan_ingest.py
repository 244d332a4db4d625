"""The plan of a run that ingests: claim the sources, count their records."""

from collections.abc import Sequence
from dataclasses import replace

from lake.errors import InvalidRequestError
from lake.rules.bronze import BronzeObject
from lake.rules.contract import Contract
from lake.rules.plan import Plan, RefusedSource, Source
from lake.rules.summary import APPEND
from lake.rules.trigger import RunRequest
from lake.steps.claims import take_claim
from lake.steps.find_sources import find_sources
from lake.steps.inspect_source import inspect_source
from lake.steps.lake import Lake
from lake.steps.planner import new_plan
from lake.steps.ports import Executions


class IngestPlanner:
    """Plans runs of the kinds daily and event."""

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """Claim what is waiting and count its records."""
        contract = lake.contracts.newest(request.dataset)
        found = list(find_sources(lake, contract, request))
        taken = {each.key: take_claim(lake, executions, request, contract, each) for each in found}
        versions = lake.contracts.versions(request.dataset)
        inspected = [inspect_source(lake, versions, each) for each in found if taken[each.key].obstacle is None]
        contract = newest_of(lake, request, [each for each in inspected if isinstance(each, Source)])
        named = request.trigger.keys
        return replace(
            new_plan(lake, request, contract, APPEND),
            sources=tuple(
                replace(each, taken_before=bool(taken[each.key].before))
                for each in inspected
                if isinstance(each, Source)
            ),
            refused_sources=tuple(each for each in inspected if isinstance(each, RefusedSource)),
            notes=tuple(f"{key}: {each.obstacle}" for key, each in taken.items() if each.obstacle and key in named),
        )

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """A run that failed and is resumed gave its claims back; it goes on only if nobody took them."""
        contract = lake.contracts.newest(request.dataset)
        for each in plan.sources:
            source = BronzeObject(
                each.source_id, each.bucket, each.key, each.version_id, each.etag, each.size, each.ingest_date
            )
            reason = take_claim(lake, executions, request, contract, source).obstacle
            if reason:
                raise InvalidRequestError(f"run {request.run_id} cannot go on: {each.uri}: {reason}; start a new run")


def newest_of(lake: Lake, request: RunRequest, sources: Sequence[Source]) -> Contract:
    """The newest version among the sources: the one the run as a whole is planned under."""
    given = {each.schema_version for each in sources}
    found = [each for each in lake.contracts.versions(request.dataset) if each.schema_version in given]
    return found[-1] if found else lake.contracts.newest(request.dataset)
