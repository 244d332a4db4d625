"""The lock of a partition: one backfill of it is in flight."""

from dataclasses import dataclass

HELD = "held"
FREE = "free"


@dataclass(frozen=True)
class PartitionLock:
    """`backfills/<dataset>/partitions/<partition>.json`. Never deleted; freed by a conditional write."""

    state: str
    backfill_id: str
    since: str

    def is_held_by(self, backfill_id: str) -> bool:
        """Whether that backfill has it now."""
        return self.state == HELD and self.backfill_id == backfill_id
