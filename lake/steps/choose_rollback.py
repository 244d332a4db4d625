"""What a rollback would do: every partition it is about, checked before anything starts. Reads only."""

from collections.abc import Iterable, Iterator
from itertools import chain as joined

from lake.errors import InvalidRequestError
from lake.rules.history import feeding_sources
from lake.rules.journal import SILVER as SILVER_LAYER
from lake.rules.layout import Place
from lake.rules.rollback import Order, Restoration
from lake.rules.run import HELD_KINDS, RunId, RunKind
from lake.rules.snapshot import Snapshot
from lake.rules.summary import APPEND, SourceRef
from lake.steps.current import chain, current_snapshot, read_pointer
from lake.steps.lake import Lake
from lake.steps.places import QUARANTINE, SILVER, place_of
from lake.steps.promote_run import find_journal
from lake.steps.summaries import read_plan, recovers


def choose_rollback(lake: Lake, dataset: str, order: Order) -> list[Restoration]:
    """The partitions that change, nothing for those that are as wanted already.

    Raises InvalidRequestError when a partition moved since and is not named, or a snapshot is none of its partition.
    """
    found = list(_of_run(lake, dataset, order)) if order.run else [_of_partition(lake, dataset, order)]
    return [each for each in found if not each.changes_nothing]


def _of_partition(lake: Lake, dataset: str, order: Order) -> Restoration:
    found = _to_snapshot(lake, dataset, order)
    for each in found.undone:
        if _settles_rows(lake, dataset, each):
            raise InvalidRequestError(
                f"{found.partition} cannot go back alone: run {each.run_id} moved rows between it and quarantine, and "
                f"they would be in both or in neither; undo it as a whole: assay rollback --run {each.run_id}"
            )
    return found


def _settles_rows(lake: Lake, dataset: str, commit: Snapshot) -> bool:
    """Whether the run of a commit moved rows between silver and quarantine: a retry, a backfill, or one undone.

    So does one that took a file again.
    """
    kind = RunId(commit.run_id).kind
    if kind not in {RunKind.BACKFILL, RunKind.ROLLBACK}:
        return kind in HELD_KINDS or recovers(lake, RunId(commit.run_id))
    journal, held = find_journal(lake, RunId(commit.run_id)), place_of(lake, dataset, QUARANTINE).prefix
    return journal is not None and any(
        each.partition.startswith(f"{held}/") for layer in journal.layers.values() for each in layer.done
    )


def _to_snapshot(lake: Lake, dataset: str, order: Order) -> Restoration:
    (name,) = order.partitions
    place = place_of(lake, dataset, SILVER)
    current = _current(lake, place, name)
    if not order.to:
        return _restoration(lake, place, SILVER, current, current.parent)
    for each in chain(lake.store, place, current):
        if order.to in {each.snapshot_id, str(each.sequence)}:
            return _restoration(lake, place, SILVER, current, each.snapshot_id)
    raise InvalidRequestError(
        f"{dataset} {name} has no snapshot '{order.to}'; `assay history {name}` lists those it has"
    )


def _of_run(lake: Lake, dataset: str, order: Order) -> Iterator[Restoration]:
    plan, journal = read_plan(lake, RunId(order.run)), find_journal(lake, RunId(order.run))
    if plan.dataset != dataset or journal is None or SILVER_LAYER not in journal.layers:
        raise InvalidRequestError(f"run {order.run} promoted nothing of {dataset}; there is nothing to roll back")
    places = {
        (place := place_of(lake, dataset, layer, plan.schema_version)).prefix: (layer, place)
        for layer in (SILVER, QUARANTINE)
    }
    found: list[Restoration] = []
    moved: list[str] = []
    done = [entry.partition for entry in journal.layers[SILVER_LAYER].done]
    # a run that died between a commit and its line in the journal has made that commit
    for path in (*done, *journal.layers[SILVER_LAYER].pending):
        prefix = next(each for each in places if path.startswith(f"{each}/"))
        layer, place = places[prefix]
        name = path.removeprefix(f"{prefix}/")
        if path not in done and not _shows(lake, place, name, order.run):
            continue
        restoration, later = _before_run(lake, place, layer, name, order.run)
        found.append(restoration)
        if later and not restoration.changes_nothing and restoration.partition not in order.partitions:
            moved.append(f"{layer} {restoration.partition} (now {restoration.current.snapshot_id})")
    if moved:
        raise InvalidRequestError(
            f"run {order.run} cannot be undone as a whole: {', '.join(moved)} moved since; later commits would be "
            "undone with it, so name these partitions to take them along"
        )
    yield from found


def _shows(lake: Lake, place: Place, name: str, run: str) -> bool:
    """Whether a partition has a snapshot of a run in its chain."""
    pointer = read_pointer(lake.store, place, name)
    current = current_snapshot(lake.store, place, pointer) if pointer else None
    return any(each.run_id == run for each in chain(lake.store, place, current))


def _before_run(lake: Lake, place: Place, layer: str, name: str, run: str) -> tuple[Restoration, bool]:
    current = _current(lake, place, name)
    for each in chain(lake.store, place, current):
        if each.run_id == run:
            return _restoration(lake, place, layer, current, each.parent), each != current
    raise InvalidRequestError(f"{layer} {name} has no snapshot of run {run}, although its journal says so")


def _current(lake: Lake, place: Place, name: str) -> Snapshot:
    pointer = read_pointer(lake.store, place, name)
    if pointer is None:
        raise InvalidRequestError(f"{place.prefix} has no partition {name}; nothing was ever promoted there")
    return current_snapshot(lake.store, place, pointer)


def _restoration(lake: Lake, place: Place, layer: str, current: Snapshot, target_id: str | None) -> Restoration:
    undone: list[Snapshot] = []
    target: Snapshot | None = None
    rest = chain(lake.store, place, current)
    for each in rest:
        if each.snapshot_id == target_id:
            target = each
            break
        undone.append(each)
    _check_erasures(undone)
    after = feeding_sources(joined([target], rest)) if target else {}
    # rows that a retry brought are open again; their source keeps what it brought itself
    before = feeding_sources(each for each in undone if RunId(each.run_id).kind not in HELD_KINDS)
    if all(each.mode == APPEND for each in undone):
        before |= after
    lost = tuple(each for name, each in before.items() if name not in after)
    return Restoration(layer, current, target, tuple(undone), tuple(after.values()), lost)


def _check_erasures(undone: Iterable[Snapshot]) -> None:
    """What was erased does not come back."""
    for each in undone:
        if RunId(each.run_id).kind == RunKind.ERASE:
            raise InvalidRequestError(
                f"{each.partition} cannot go back behind run {each.run_id}, which erased rows of quarantine: "
                "they would be back"
            )


def sources_lost(found: list[Restoration]) -> tuple[SourceRef, ...]:
    """Sources with rows that are not current any more afterwards, each once."""
    return tuple({each.source_id: each for restoration in found for each in restoration.lost}.values())
