"""How runs go in memory, and what is current after them: now and then they die, and the next try goes on, or none."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random

from lake.errors import ConflictError
from lake.rules import layout
from lake.rules.contract import Contracts, Thresholds
from lake.rules.held_state import CONDEMNED, ERASED, OPEN
from lake.rules.json_record import to_json
from lake.rules.lease import Lease
from lake.rules.plan import Plan
from lake.rules.run import HELD_KINDS, RunId, RunKind
from lake.rules.trigger import RunRequest
from lake.steps.current import current_partitions, read_pointer
from lake.steps.plan_run import plan_run
from lake.steps.promote_run import find_journal, promote_run
from lake.steps.records import find_record
from lake.steps.summaries import find_summary, read_plan
from lake.steps.unfinished import is_half_promoted
from tests.backfills import World
from tests.builders import BUCKETS, CONTRACTS, SILVER
from tests.fakes import KillAt, KilledError
from tests.held_job import Written
from tests.held_rows import Content, Entry, Row
from tests.held_summary import HELD, summary_of

KEPT = {OPEN, CONDEMNED, ERASED}
Job = Callable[["HeldRuns", Plan], Written]


class HeldRuns(World):
    """Rows are (key, amount); an amount of digits is good, and under strict rules a key with S is not.

    `mortal`: processes die at random.
    """

    def __init__(self, seed: int = 0, mortal: bool = True) -> None:
        self.mortal = mortal
        self.rows: dict[str, Sequence[Row | Entry]] = {}
        self.delivered: dict[str, list[Content]] = {}
        self.untaken: list[str] = []
        # rows that were there already, by what runs counted
        self.duplicates = 0
        self.dead: RunId | None = None
        # the state in which the next run dies for good
        self.doomed = ""
        # silver, and the newest entries, before the job of the newest run
        self.at_start: tuple[list[Row], list[Entry]] = ([], [])
        self.chance, self.rules, self.number = Random(seed), "loose", 100
        super().__init__(lenient(CONTRACTS), approvals="off")

    def ingest(self, number: int, key: str, rows: object = None) -> None:
        """The first run of the base class brings nothing: rows come with `deliver`."""

    # what is current

    def silver(self) -> list[Row]:
        return [row for uri in self._uris(SILVER) for row in self.rows[uri] if isinstance(row, Row)]

    def entries(self) -> list[Entry]:
        return [each for uri in self._uris(HELD) for each in self.rows[uri] if isinstance(each, Entry)]

    def newest(self) -> dict[str, Entry]:
        return {each.row_id: each for each in sorted(self.entries(), key=lambda each: each.revision)}

    def in_state(self, state: str) -> list[Entry]:
        return [each for each in self.newest().values() if each.state == state]

    def unfinished(self) -> str:
        """The run that died between silver and quarantine; the next run finishes it before it looks at any row."""
        lease = find_record(self.store, Lease, BUCKETS.control, layout.lease("transactions"))
        marked = lease.unfinished if lease else ""
        return marked if marked and is_half_promoted(self.lake, RunId(marked)) else ""

    def in_between(self) -> set[str]:
        """Rows that such a run has brought to silver, and that are open until it is finished."""
        run = self.unfinished()
        found = (rows for uri, rows in self.rows.items() if run and f"run_id={run}/" in uri)
        return {row.row_id for rows in found for row in rows if isinstance(row, Row)}

    def _uris(self, place: layout.Place) -> list[str]:
        found = (read_pointer(self.store, place, name) for name in current_partitions(self.store, place))
        return [uri for pointer in found if pointer for uri in pointer.uris]

    # how a run goes

    def may_die(self, step: Callable[[], object], for_good: bool = False) -> bool:
        """Now and then the process dies before or after one of its writes; the step is tried again, or it was the end.

        False when it was.
        """
        if self.mortal and self.chance.random() < 0.5:
            self.store.on_write = KillAt(self.chance.randint(1, 12), self.chance.random() < 0.5)
            try:
                step()
                return True
            except KilledError:
                if for_good and self.chance.random() < 0.5:
                    return False
            finally:
                self.store.on_write = lambda moment: None
        step()
        return True

    def _whole_run(self, run: RunRequest, job: Job, for_good: bool = True) -> bool:
        """Whether it came to its end: it may die for good, before or in its promotion."""
        self.executions.running.add(run.execution_arn)
        if not self.may_die(lambda: self._planned(run), for_good):
            self.fail(run, "Sandbox.Timedout", "PlanRun")
            return False
        if self._ends_here(run, "IngestToSilver"):
            return False
        self.at_start = self.silver(), list(self.newest().values())
        self._leave(run, job)
        if not self.may_die(lambda: promote_run(self.lake, RunId(run.run_id), "silver"), for_good):
            self.fail(run, "Sandbox.Timedout")
            self.count_dead()
            self.dead = RunId(run.run_id) if run.kind in HELD_KINDS else self.dead
            return False
        if self._ends_here(run, "BuildGold") or (for_good and self._dies_in_gold(run)):
            return False
        self.finish(run)
        self._count(RunId(run.run_id))
        return True

    def _ends_here(self, run: RunRequest, state: str) -> bool:
        if self.doomed != state:
            return False
        self.doomed = ""
        self.fail(run, "Aborted", state)
        return True

    def _dies_in_gold(self, run: RunRequest) -> bool:
        """Silver and quarantine have its rows; a file is taken again, what people asked for is done."""
        if not self.mortal or self.chance.random() < 0.9:
            return False
        self.fail(run, "Glue.JobFailed", "BuildGold")
        if run.kind in HELD_KINDS:
            self._count(RunId(run.run_id))
        return True

    def _planned(self, run: RunRequest) -> str:
        """As the state machine does it: a run that died between silver and quarantine is finished first."""
        answer = plan_run(self.lake, self.executions, run)
        if answer.unfinished:
            promote_run(self.lake, RunId(answer.unfinished), "silver")
            answer = plan_run(self.lake, self.executions, run)
        return answer.outcome

    def _leave(self, run: RunRequest, job: Job) -> None:
        summary = summary_of(job(self, read_plan(self.lake, RunId(run.run_id))))
        with suppress(ConflictError):
            self.store.create(SILVER.bucket, SILVER.summary(RunId(run.run_id)), to_json(summary))

    def count_dead(self) -> None:
        """What a dead run counted holds once its promotion is complete, whoever completed it."""
        journal = find_journal(self.lake, self.dead) if self.dead else None
        if self.dead and journal is not None and journal.is_complete("silver"):
            dead, self.dead = self.dead, None
            self._count(dead)

    def _count(self, run_id: RunId) -> None:
        """A replacement counts every record again: those of rows that wait, or are settled, among its duplicates."""
        self.count_dead()
        summary = find_summary(self.lake, run_id, read_plan(self.lake, run_id))
        assert summary is not None
        counts = summary.counts
        if run_id.kind != RunKind.BACKFILL:
            self.duplicates += counts.duplicate
            return
        held = sum(each.state in KEPT for each in self.newest().values())
        self.duplicates = counts.duplicate - summary.carried - (held - counts.quarantined)

    def good(self, record: Content) -> bool:
        return record[1].isdigit() and (self.rules == "loose" or "S" not in record[0])


def lenient(contracts: Contracts) -> Contracts:
    """First versions, with a gate that lets bad rows through: these files have more of them than good ones."""
    limits = Thresholds(max_quarantine_rate=2.0, max_condemned=10**6, breaker_rate=1.0)
    changed = {name: replace(each, thresholds=limits) for name, each in contracts.by_version.items() if name[1] == "v1"}
    return replace(contracts, by_version=changed)
