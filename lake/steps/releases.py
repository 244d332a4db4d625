"""Ask that condemned rows be released or erased, answer, and plan the run that does it."""

from collections.abc import Collection, Iterable, Iterator

from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.correction import RELEASE, Correction, read_corrections
from lake.rules.json_record import to_json
from lake.rules.plan import Plan
from lake.rules.release import APPROVED, ASKED, Release, answered, request_made
from lake.rules.trigger import RunRequest
from lake.steps.lake import Lake
from lake.steps.plan_retry import check_details, plan_corrections
from lake.steps.ports import Events, Executions
from lake.steps.records import find_record, put_record


def request_release(lake: Lake, events: Events, wanted: Release) -> None:
    """Write the wish down, then tell people."""
    lake.store.create(lake.buckets.control, layout.release(wanted.dataset, wanted.name), to_json(wanted))
    events.tell(request_made(lake.environment, wanted))


def answer_release(lake: Lake, dataset: str, name: str, state: str, by: str, reason: str) -> Release:
    """Write an answer down; repeated by the same person, the first one stands."""

    def give(found: Release | None) -> Release:
        if found is None:
            raise InvalidRequestError(f"there is no request {name} about condemned rows of {dataset}")
        return answered(found, state, by, reason, lake.clock.now())

    found = put_record(lake.store, Release, lake.buckets.control, layout.release(dataset, name), give)
    assert found is not None, "give returns a record"
    return found


def releases(lake: Lake, dataset: str) -> Iterator[Release]:
    """Every wish there ever was, in the order of names."""
    for each in lake.store.list(lake.buckets.control, layout.release_prefix(dataset)):
        found = find_record(lake.store, Release, lake.buckets.control, each.key)
        if found is not None:
            yield found


def rows_of(lake: Lake, found: Release) -> tuple[Correction, ...]:
    """The rows that a wish names."""
    text = lake.store.read(lake.buckets.quarantine, found.corrections).text
    return tuple(read_corrections(text, found.corrections))


def request_about(lake: Lake, dataset: str, row_ids: Collection[str]) -> Release:
    """The one unanswered wish about exactly these rows. Raises InvalidRequestError when there is none, or several."""
    named = set(row_ids)
    waiting = sorted((each for each in releases(lake, dataset) if each.state == ASKED), key=lambda e: e.requested_at)
    found = [each for each in waiting if {row.row_id for row in rows_of(lake, each)} == named]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidRequestError(
            f"{len(found)} requests ask for exactly these {len(named)} row(s), answer one by its name: {_listed(found)}"
        )
    raise InvalidRequestError(
        f"no unanswered request about condemned rows of {dataset} asks for exactly these {len(named)} row(s); "
        + (f"waiting: {_listed(waiting)}" if waiting else "none waits")
    )


def _listed(found: Iterable[Release]) -> str:
    return ", ".join(f"{each.name} ({each.rows} row(s) to be {each.words})" for each in found)


class ReleasePlanner:
    """Plans runs that two people want, to release or to erase. Details: those of a retry, `request`, `approved_by`."""

    def __init__(self, action: str = RELEASE) -> None:
        self._action = action

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """See that somebody else than the requester approved exactly this."""
        check_details(request, {self._action})
        name = request.details.get("request", "")
        found = find_record(lake.store, Release, lake.buckets.control, layout.release(request.dataset, name))
        if found is None or found.state != APPROVED or found.by == found.requested_by or found.action != self._action:
            raise InvalidRequestError(
                f"run {request.run_id}: nobody has approved request '{name}' to {self._action} rows of "
                f"{request.dataset}"
            )
        asked = (request.details["corrections"], request.details["requested_by"], request.details.get("approved_by"))
        if asked != (found.corrections, found.requested_by, found.by):
            raise InvalidRequestError(f"run {request.run_id}: request '{name}' was approved for other rows or people")
        return plan_corrections(lake, request)

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """The plan stands; there is nothing to get ready."""
