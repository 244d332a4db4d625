"""The life of rows in memory: every step a run takes is real, only the job that judges rows is a model of itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random

from lake.errors import ConflictError
from lake.rules import layout
from lake.rules.bronze import name_source
from lake.rules.contract import Contracts, Thresholds
from lake.rules.correction import ERASE, RELEASE, Correction, corrections_text
from lake.rules.held_state import CONDEMNED, ERASED, OPEN
from lake.rules.json_record import to_json
from lake.rules.lease import Lease
from lake.rules.plan import Plan
from lake.rules.release import APPROVED, new_release
from lake.rules.run import HELD_KINDS, RunId, RunKind
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.current import current_partitions, read_pointer
from lake.steps.plan_run import plan_run
from lake.steps.promote_run import find_journal, promote_run
from lake.steps.records import find_record
from lake.steps.releases import answer_release, request_release
from lake.steps.summaries import find_summary, read_plan
from lake.steps.unfinished import is_half_promoted
from tests.backfills import ANN, BOB, World
from tests.builders import BUCKETS, CONTRACTS, HEADER, SILVER, request
from tests.fakes import KillAt, KilledError, execution_arn
from tests.held_job import Written, asked, ingested, refilled
from tests.held_rows import Content, Entry, Row
from tests.held_summary import HELD, summary_of

KEPT = {OPEN, CONDEMNED, ERASED}
Job = Callable[["HeldWorld", Plan], Written]


class HeldWorld(World):
    """Rows are (key, amount); an amount of digits is good, and under strict rules a key with S is not."""

    def __init__(self, seed: int = 0) -> None:
        self.rows: dict[str, Sequence[Row | Entry]] = {}
        self.delivered: dict[str, list[Content]] = {}
        self.untaken: list[str] = []
        # rows that were there already, by what runs counted
        self.duplicates = 0
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

    # what people and producers do

    def deliver(self, day: str, records: Sequence[Content]) -> None:
        """A file, and the run that takes it."""
        self.number += 1
        key = f"transactions/ingest_date={day}/f{self.number}.csv"
        lines = [f"{name},A,{amount},EUR,2024-03-01T10:00:00Z" for name, amount in records]
        self.store.put_bytes(BUCKETS.bronze, key, "\n".join([HEADER, *lines, ""]).encode())
        self.delivered[key] = list(records)
        self.untaken.append(key)
        self._take(key)

    def take_again(self) -> None:
        """Files whose run died are taken by new runs, which do not die for good."""
        while self.untaken:
            self.number += 1
            self._take(self.untaken[0], for_good=False)

    def _take(self, key: str, for_good: bool = True) -> None:
        run = request(self.number, key)
        there = self._already_taken(key)
        if self._whole_run(run, ingested, for_good):
            self.untaken.remove(key)
            self.duplicates -= there

    def _already_taken(self, key: str) -> int:
        """Rows of a file that a dead run had promoted: they are duplicates of themselves when it is taken again."""
        source = name_source(BUCKETS.bronze, key, self.store.head(BUCKETS.bronze, key).version_id)
        held = {each.row_id for each in self.entries() if each.source == source}
        return len(held) + sum(row.source == source and not row.attempt for row in self.silver())

    def change_rules(self) -> None:
        self.take_again()
        self.rules = "strict" if self.rules == "loose" else "loose"

    def ask(self, rows: Iterable[Entry], action: str, contents: Mapping[str, Content] | None = None) -> None:
        """A retry, or rows that are given up."""
        self._whole_run(self.request_for("retry", rows, action, contents or {}), asked)

    def release(self, rows: Sequence[Entry], action: str = RELEASE) -> None:
        """Ann asks, Bob approves."""
        wanted = self.request_for(action, rows, action, {})
        key, at = wanted.details["corrections"], f"{self.lake.clock.now()} {self.number}"
        release = new_release("transactions", key, len(rows), "why", ANN, at, action=action)
        request_release(self.lake, self.mail, release)
        answer_release(self.lake, "transactions", release.name, APPROVED, BOB, "seen it")
        details = {**wanted.details, "approved_by": BOB, "request": release.name}
        self._whole_run(replace(wanted, details=details), asked)

    def erase(self, rows: Sequence[Entry]) -> None:
        self.release(rows, ERASE)

    def replace_march(self) -> None:
        """A backfill, from its declaration to its end."""
        self.take_again()
        self.number += 1
        backfill = self.declare(at=f"2024-06-20T11:{self.number // 60:02d}:{self.number % 60:02d}Z")
        run = self.start(backfill)
        if self._planned(run) != "planned":
            self.finish(run, "nothing_to_do")
            return
        self.begin(run)
        self._leave(run, refilled)
        self.compare(run)
        self.may_die(lambda: self.promote(run))
        self.finish(run)
        self._count(RunId(run.run_id))

    # how a run goes

    def may_die(self, step: Callable[[], object], for_good: bool = False) -> bool:
        """Now and then the process dies before or after one of its writes; the step is tried again, or it was the end.

        False when it was.
        """
        if self.chance.random() < 0.5:
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

    def leave_asked(self, run: RunRequest) -> None:
        """What the job leaves of a retry or a release."""
        self._leave(run, asked)

    def request_for(self, kind: str, rows: Iterable[Entry], action: str, contents: Mapping[str, Content]) -> RunRequest:
        """What the dispatcher makes of a wish."""
        self.number += 1
        wishes = []
        for each in rows:
            given = contents.get(each.row_id)
            fields = {"TransactionID": given[0], "TransactionAmount": given[1]} if given else None
            wishes.append(Correction(each.row_id, each.source, each.day, "v1", each.attempt, fields))
        key = layout.corrections("transactions", f"c{self.number}")
        self.store.write(BUCKETS.quarantine, key, corrections_text(wishes))
        name = f"20240620T10{self.number // 60:02d}{self.number % 60:02d}Z-{kind}-{self.number:06d}"
        details = {"corrections": key, "action": action, "reason": "why", "requested_by": ANN}
        return RunRequest(name, "transactions", kind, Trigger(REQUEST), execution_arn(name), details)

    def _whole_run(self, run: RunRequest, job: Job, for_good: bool = True) -> bool:
        """Whether it came to its end: it may die for good, before or in its promotion."""
        self.executions.running.add(run.execution_arn)
        if not self.may_die(lambda: self._planned(run), for_good):
            self.fail(run, "Sandbox.Timedout", "PlanRun")
            return False
        self._leave(run, job)
        if not self.may_die(lambda: promote_run(self.lake, RunId(run.run_id), "silver"), for_good):
            self.fail(run, "Sandbox.Timedout")
            journal = find_journal(self.lake, RunId(run.run_id))
            if run.kind in HELD_KINDS and journal is not None and journal.is_complete("silver"):
                self._count(RunId(run.run_id))
            return False
        self.finish(run)
        self._count(RunId(run.run_id))
        return True

    def _planned(self, run: RunRequest) -> str:
        """As the state machine does it: a run that died between silver and quarantine is finished first."""
        answer = plan_run(self.lake, self.executions, run)
        if answer.unfinished:
            promote_run(self.lake, RunId(answer.unfinished), "silver")
            self._count(RunId(answer.unfinished))
            answer = plan_run(self.lake, self.executions, run)
        return answer.outcome

    def _leave(self, run: RunRequest, job: Job) -> None:
        summary = summary_of(job(self, read_plan(self.lake, RunId(run.run_id))))
        with suppress(ConflictError):
            self.store.create(SILVER.bucket, SILVER.summary(RunId(run.run_id)), to_json(summary))

    def _count(self, run_id: RunId) -> None:
        """A replacement counts every record again: those of rows that wait, or are settled, among its duplicates."""
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
