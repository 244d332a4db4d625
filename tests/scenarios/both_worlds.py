"""The stack and the model of tests/held_world.py side by side: what one does, the other does, and both are compared.

The model lives in March 2024, the stack in a month of its own: no other life and no other scenario meets these rows.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from random import Random

from assay import held_rows
from assay.held_rows import Wanted
from assay.target import Target
from lake.bundle import contracts_root
from lake.rules import partition
from lake.rules.contract import load_contracts
from lake.rules.held_row import HeldRow
from lake.rules.held_state import CONDEMNED, ERASED, OPEN
from tests.held_rows import Content, Entry
from tests.held_world import HeldWorld
from tests.scenarios.pipeline import query
from tests.scenarios.steward import run
from tests.unit.steps.test_life_of_rows import check as check_model

KEYS = ("RND-A", "RND-B", "RND-C", "RND-S1", "RND-S2", "RND-D")
MOST_ROWS = 3
MODELLED = "2024-03"
# closed months, so that they can be replaced; one after the other, so that few months of gold follow
MONTHS = (*partition.months_between("2024-10", "2026-09"), *partition.months_between("2011-01", "2019-12"))
# by day of delivery, what the record said, and which of its equals it is
Named = tuple[str, Content, str]
Pairs = Mapping[Named, tuple[HeldRow, Entry]]


class Both:
    """Every delivery has a day of its own, and a row that is left alone: equals are looked for where rows wait.

    `untaken`: the runs that died and whose files nobody has taken again. `rules`: what ends a change of the rules.
    """

    def __init__(self, target: Target, other: Target, folder: Path, seed: int, month: str = "") -> None:
        self.target, self.other, self.folder = target, other, folder
        self.month = month or MONTHS[seed % len(MONTHS)]
        self.chance, self.model = Random(seed), HeldWorld(seed, mortal=False)
        self.contracts, self.rules = load_contracts(contracts_root()), ExitStack()
        self.files, self.duplicates = 0, 0
        self.untaken: list[str] = []
        self.names: dict[str, Named] = {}

    def day(self) -> str:
        """The day of the newest delivery, in the model."""
        return f"{MODELLED}-{self.files:02d}"

    def real(self, day: str) -> str:
        """A day of the model, on the stack."""
        return day.replace(MODELLED, self.month)

    def open(self) -> list[Named]:
        """The open rows that anything may happen to."""
        return self._in(OPEN)

    def condemned(self) -> list[Named]:
        """The condemned ones."""
        return self._in(CONDEMNED)

    def some(self, state: str) -> Pairs:
        """Some rows in a state, as both know them."""
        names = self._in(state)
        chosen = self.chance.sample(names, min(len(names), self.chance.randint(1, MOST_ROWS)))
        there, modelled = self.rows(), self.modelled()
        return {name: (there[name], modelled[name]) for name in chosen}

    def _in(self, state: str) -> list[Named]:
        found = self.modelled().items()
        return sorted(name for name, each in found if each.state == state and name[1][0] in KEYS)

    # what both know

    def rows(self) -> dict[Named, HeldRow]:
        """The newest entry of each row of this life on the stack; an erased one is known by its name."""
        newest: dict[str, HeldRow] = {}
        for row in held_rows.rows(self.target, "transactions", held_rows.HISTORY, Wanted(since=f"{self.month}-01")):
            if row.ingest_date.startswith(self.month) and row.revision >= newest.get(row.row_id, row).revision:
                newest[row.row_id] = row
        for row_id, row in newest.items():
            if row.raw_record:
                name, _, amount, *_ = row.raw_record.split(",")
                day = row.ingest_date.replace(self.month, MODELLED)
                self.names[row_id] = day, (name, amount), "-".join(row_id.split("-")[2:])
        return {self.names[row_id]: row for row_id, row in newest.items()}

    def modelled(self) -> dict[Named, Entry]:
        """The same of the model."""
        found = self.model.newest().values()
        return {
            (each.day, each.arrived, each.row_id.partition(f".{each.arrived[1]}")[2].strip("-")): each for each in found
        }

    def silver(self) -> list[tuple[str, Decimal, int]]:
        """Key, amount and attempts of every row of this life that Athena finds."""
        where = f"year = {self.month[:4]} AND month = {int(self.month[5:])} AND transaction_id LIKE 'RND-%'"
        found = query(self.target, f"SELECT transaction_id, amount, attempt_count FROM transactions WHERE {where}")
        return sorted((str(key), Decimal(str(amount)), int(str(tries))) for key, amount, tries in found)

    # what has to hold

    def check(self) -> str:
        """Both know the same rows in the same states, the same rows in silver, and every row that ever arrived."""
        check_model(self.model)
        there = {name: (row.state, row.attempt_count, row.revision) for name, row in self.rows().items()}
        modelled = {name: (each.state, each.attempt, each.revision) for name, each in self.modelled().items()}
        assert there == modelled
        silver = self.silver()
        assert silver == sorted((row.content[0], Decimal(row.content[1]), row.attempt) for row in self.model.silver())
        assert run("check") == []
        states = [state for state, _, _ in there.values()]
        held = {state: states.count(state) for state in (OPEN, CONDEMNED, ERASED)}
        ends = {"silver": len(silver), **held, "duplicates": self.duplicates}
        arrived = sum(len(records) for records in self.model.delivered.values())
        if not self.untaken:
            assert sum(ends.values()) == arrived, f"{arrived} rows arrived, found {ends}"
        return f"{arrived} arrived = {ends}" + (f", {len(self.untaken)} file(s) not taken" if self.untaken else "")
