"""What every step works with."""

from dataclasses import dataclass

from lake.rules.approval import REQUIRED
from lake.rules.contract import Contracts
from lake.rules.layout import Buckets
from lake.steps.ports import Clock, Store


@dataclass(frozen=True)
class Lake:
    """The store, its buckets, the contracts, which build is working where, and whether people approve there."""

    store: Store
    buckets: Buckets
    contracts: Contracts
    clock: Clock
    environment: str
    build_id: str
    approvals: str = REQUIRED
