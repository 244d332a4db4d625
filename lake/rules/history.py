"""What the chain of a partition's snapshots says about its newest one."""

from collections.abc import Iterable

from lake.rules.snapshot import Snapshot
from lake.rules.summary import APPEND, SourceRef


def feeding_sources(chain: Iterable[Snapshot]) -> dict[str, SourceRef]:
    """The sources behind the rows of a chain's newest snapshot, by id. `chain`: newest first, all the way if need be.

    An append names the sources of its own run only; every other snapshot names those of all its files.
    """
    found: dict[str, SourceRef] = {}
    for each in chain:
        found = {**{source.source_id: source for source in each.sources}, **found}
        if each.mode != APPEND:
            break
    return found
