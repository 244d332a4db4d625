"""Corrections that hold values of rows which were erased since: garbage, whatever else they name."""

from collections.abc import Iterator

from lake.rules import layout
from lake.rules.correction import Correction, read_corrections
from lake.rules.layout import Place
from lake.rules.reachability import Garbage
from lake.rules.run import RunId, RunKind
from lake.steps.current import chain, current_partitions, current_snapshot, read_pointer
from lake.steps.lake import Lake
from lake.steps.places import QUARANTINE, place_of
from lake.steps.summaries import read_plan


def erased_corrections(lake: Lake, dataset: str) -> Iterator[Garbage]:
    """As one piece of garbage, under the name of the newest run that erased something; none where none did."""
    place = place_of(lake, dataset, QUARANTINE)
    runs = sorted(_erasing_runs(lake, place))
    wishes = [read_plan(lake, RunId(each)).details["corrections"] for each in runs]
    erased = {row.row_id for key in wishes for row in _read(lake, place, key)}
    if not erased:
        return
    listed = list(lake.store.list(place.bucket, layout.corrections_prefix(dataset)))
    lost = [each for each in listed if _tells(_read(lake, place, each.key), erased)]
    if lost:
        yield Garbage(place, runs[-1], tuple(each.key for each in lost), sum(each.size for each in lost))


def _erasing_runs(lake: Lake, place: Place) -> set[str]:
    """Runs behind what is current that erased rows; where one did, nobody goes back behind it."""
    found: set[str] = set()
    for name in current_partitions(lake.store, place):
        pointer = read_pointer(lake.store, place, name)
        newest = current_snapshot(lake.store, place, pointer) if pointer else None
        found |= {each.run_id for each in chain(lake.store, place, newest) if RunId(each.run_id).kind == RunKind.ERASE}
    return found


def _read(lake: Lake, place: Place, key: str) -> tuple[Correction, ...]:
    return read_corrections(lake.store.read(place.bucket, key).text, layout.uri(place.bucket, key))


def _tells(rows: tuple[Correction, ...], erased: set[str]) -> bool:
    return any(row.fields and row.row_id in erased for row in rows)
