"""The journal of a run's promotion: which partitions are promoted and which are to come, layer by layer."""

from dataclasses import dataclass, field, replace

SILVER = "silver"
GOLD = "gold"


@dataclass(frozen=True)
class Promoted:
    """One partition that is done. `partition` is its path from the bucket, dataset included."""

    partition: str
    snapshot_id: str


@dataclass(frozen=True)
class LayerJournal:
    """What one layer's promotion has done and has to do."""

    pending: tuple[str, ...]
    done: tuple[Promoted, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Nothing is pending."""
        return not self.pending


@dataclass(frozen=True)
class Journal:
    """`runs/<run_id>/journal.json`."""

    journal_version: int
    run_id: str
    layers: dict[str, LayerJournal] = field(default_factory=dict)

    def is_complete(self, layer: str) -> bool:
        """Whether a layer was begun and has nothing pending."""
        return layer in self.layers and self.layers[layer].is_complete

    def begun(self, layer: str, partitions: tuple[str, ...]) -> "Journal":
        """With a layer's partitions to come; a layer that was begun stays as it is."""
        return self if layer in self.layers else self._with(layer, LayerJournal(partitions))

    def noted(self, layer: str, entry: Promoted) -> "Journal":
        """With one partition moved from pending to done."""
        old = self.layers[layer]
        if entry.partition not in old.pending:
            return self
        pending = tuple(each for each in old.pending if each != entry.partition)
        return self._with(layer, LayerJournal(pending, (*old.done, entry)))

    def _with(self, layer: str, entry: LayerJournal) -> "Journal":
        return replace(self, layers={**self.layers, layer: entry})


def progress(journal: Journal) -> str | None:
    """`promoting 3 of 7 (silver)` while a layer is under way, None when everything that was begun is complete."""
    for name, layer in journal.layers.items():
        if not layer.is_complete:
            return f"promoting {len(layer.done)} of {len(layer.done) + len(layer.pending)} ({name})"
    return None
