"""What every step works with."""

from dataclasses import dataclass

from lake.rules.contract import Contracts
from lake.rules.layout import Buckets
from lake.steps.ports import Clock, Store


@dataclass(frozen=True)
class Lake:
    """The store, its buckets, the contracts, and which build is working where."""

    store: Store
    buckets: Buckets
    contracts: Contracts
    clock: Clock
    environment: str
    build_id: str
