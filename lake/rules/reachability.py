"""Which files of runs nobody can reach any more: named by no kept snapshot, of no run that may still be promoted."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lake.errors import InvalidRunIdError
from lake.rules import layout
from lake.rules.layout import Place
from lake.rules.objects import ObjectInfo
from lake.rules.run import RunId


@dataclass(frozen=True)
class Garbage:
    """What one run left in a place that nobody can reach: its files, and the manifest of its audit table."""

    place: Place
    run_id: str
    keys: tuple[str, ...]
    bytes: int

    @property
    def audit(self) -> str:
        """It would name files that are gone, so it goes first."""
        return self.place.audit_manifest(RunId(self.run_id))


def garbage(
    place: Place, found: Iterable[ObjectInfo], kept: Collection[str], younger_than: datetime
) -> Iterator[Garbage]:
    """The garbage of a place by run. `found`: everything below its runs; `kept`: URIs that snapshots name.

    A run summary is small and tells what happened, so it stays. A run named `younger_than` a moment is left alone.
    """
    for run_id, objects in _by_run(place, found).items():
        if RunId(run_id).at >= younger_than:
            continue
        lost = [each for each in objects if layout.uri(place.bucket, each.key) not in kept]
        if lost:
            yield Garbage(place, run_id, tuple(each.key for each in lost), sum(each.size for each in lost))


def grace_ends(now: str, days: float) -> datetime:
    """Runs from this moment on are too young to be garbage."""
    return datetime.fromisoformat(now) - timedelta(days=days)


def _by_run(place: Place, found: Iterable[ObjectInfo]) -> Mapping[str, list[ObjectInfo]]:
    start = f"{place.prefix}/runs/run_id="
    runs: dict[str, list[ObjectInfo]] = {}
    for each in found:
        run_id, _, rest = each.key.removeprefix(start).partition("/")
        if each.key.startswith(start) and rest.startswith("attempt=") and _is_run(run_id):
            runs.setdefault(run_id, []).append(each)
    return runs


def _is_run(name: str) -> bool:
    try:
        RunId(name)
    except InvalidRunIdError:
        return False
    return True
