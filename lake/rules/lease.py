"""The lease of a dataset: one run of it works at a time."""

from dataclasses import dataclass

HELD = "held"
FREE = "free"


@dataclass(frozen=True)
class Lease:
    """`leases/<dataset>.json`. Never deleted; freed by a conditional write."""

    state: str
    run_id: str
    execution_arn: str
    since: str

    def is_held_by(self, run_id: str) -> bool:
        """Whether that run has it now."""
        return self.state == HELD and self.run_id == run_id
