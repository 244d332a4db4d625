"""The lease of a dataset: one run of it works at a time."""

from dataclasses import dataclass

HELD = "held"
FREE = "free"


@dataclass(frozen=True)
class Lease:
    """`leases/<dataset>.json`. Never deleted; freed by a conditional write.

    A holder that is no execution says until when it holds the lease; nobody could ask whether it still works.
    """

    state: str
    run_id: str
    execution_arn: str
    since: str
    until: str | None = None

    def is_held_by(self, run_id: str) -> bool:
        """Whether that run has it now."""
        return self.state == HELD and self.run_id == run_id

    def has_time(self, now: str) -> bool:
        """Whether a holder that is no execution still holds it. Both moments are ISO 8601, UTC."""
        return self.state == HELD and self.until is not None and now < self.until
