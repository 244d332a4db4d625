"""The life of rows in memory: every step a run takes is real, only the job that judges rows is a model of itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random

from lake.errors import ConflictError
from lake.rules import layout
from lake.rules.contract import Contracts, Thresholds
from lake.rules.correction import ACCEPT, RELEASE, RETRY, Correction, corrections_text, read_corrections
from lake.rules.held_state import ATTEMPTS, CONDEMNED, DUPLICATE, OPEN, RECOVERED
from lake.rules.json_record import to_json
from lake.rules.plan import Plan
from lake.rules.release import APPROVED, new_release
from lake.rules.run import RunId
from lake.rules.summary import (
    REPLACE,
    Base,
    Counts,
    FileEntry,
    PartitionComparison,
    PartitionFiles,
    RunSummary,
    SourceRef,
)
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.current import current_partitions, read_pointer
from lake.steps.plan_run import plan_run
from lake.steps.promote_run import promote_run
from lake.steps.releases import answer_release, request_release
from lake.steps.summaries import read_plan
from tests.backfills import ANN, BOB, World
from tests.builders import BUCKETS, CONTRACTS, HEADER, MARCH, SILVER, TRANSACTIONS, request
from tests.fakes import KillAt, KilledError, execution_arn

HELD = layout.quarantine_place(BUCKETS.quarantine, "transactions")
Content = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """A row of silver: its name, what it says, where it came from, how many tries it took."""

    row_id: str
    content: Content
    source: str
    attempt: int = 0


@dataclass(frozen=True)
class Entry:
    """An entry of quarantine. `arrived` is what came, `content` what was judged last."""

    row_id: str
    arrived: Content
    content: Content
    source: str
    day: str
    rules: str
    state: str = OPEN
    previous: str = ""
    revision: int = 0
    attempt: int = 0

    @property
    def corrected(self) -> bool:
        """Whether silver has the row as a person corrected it."""
        return self.state == RECOVERED and self.attempt > 0

    def then(self, state: str, **changes: object) -> "Entry":
        """The entry after it."""
        return replace(self, state=state, previous=self.state, revision=self.revision + 1, **changes)  # type: ignore[arg-type]


class HeldWorld(World):
    """Rows are (key, amount); an amount of digits is good, and under strict rules a key with S is not."""

    def __init__(self, seed: int = 0) -> None:
        self.rows: dict[str, Sequence[Row | Entry]] = {}
        self.delivered: dict[str, list[Content]] = {}
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
        self._whole_run(request(self.number, key), self._ingested)

    def ask(self, rows: Iterable[Entry], action: str, contents: Mapping[str, Content] | None = None) -> None:
        """A retry, or rows that are given up."""
        self._whole_run(self.request_for("retry", rows, action, contents or {}), self._asked)

    def release(self, rows: Sequence[Entry]) -> None:
        """Ann asks, Bob approves."""
        wanted = self.request_for("release", rows, RELEASE, {})
        key = wanted.details["corrections"]
        release = new_release("transactions", key, len(rows), "why", ANN, f"{self.lake.clock.now()} {self.number}")
        request_release(self.lake, self.mail, release)
        answer_release(self.lake, "transactions", release.name, APPROVED, BOB, "seen it")
        details = {**wanted.details, "approved_by": BOB, "request": release.name}
        self._whole_run(replace(wanted, details=details), self._asked)

    def replace_march(self) -> None:
        """A backfill, from its declaration to its end."""
        self.number += 1
        backfill = self.declare(at=f"2024-06-20T11:{self.number // 60:02d}:{self.number % 60:02d}Z")
        run = self.start(backfill)
        if self.plan(run).outcome != "planned":
            self.finish(run, "nothing_to_do")
            return
        self.begin(run)
        self._leave(read_plan(self.lake, RunId(run.run_id)), self._refilled)
        self.compare(run)
        self.may_die(lambda: self.promote(run))
        self.finish(run)

    def may_die(self, step: Callable[[], object]) -> None:
        """Now and then the process dies before or after one of its writes, and the step is tried again."""
        if self.chance.random() < 0.5:
            self.store.on_write = KillAt(self.chance.randint(1, 12), self.chance.random() < 0.5)
            try:
                step()
                return
            except KilledError:
                pass
            finally:
                self.store.on_write = lambda moment: None
        step()

    def leave_asked(self, run_id: RunId) -> None:
        """What the job leaves of a retry or a release."""
        self._leave(read_plan(self.lake, run_id), self._asked)

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

    def _whole_run(self, run: RunRequest, job: Callable[[Plan], "Written"]) -> None:
        self.executions.running.add(run.execution_arn)
        self.may_die(lambda: plan_run(self.lake, self.executions, run))
        self._leave(read_plan(self.lake, RunId(run.run_id)), job)
        self.may_die(lambda: promote_run(self.lake, RunId(run.run_id), "silver"))
        self.finish(run)

    # what the job does

    def _ingested(self, plan: Plan) -> "Written":
        out = Written(self, plan)
        for source in plan.sources:
            for record in self.delivered[source.key]:
                out.judge(record, source.source_id, source.ingest_date)
        return out

    def _asked(self, plan: Plan) -> "Written":
        out, action = Written(self, plan), plan.details["action"]
        text = self.store.read(BUCKETS.quarantine, plan.details["corrections"]).text
        for wish in read_corrections(text, "here"):
            entry = self.newest().get(wish.row_id)
            wanted = CONDEMNED if action == RELEASE else OPEN
            stale = entry is None or entry.state != wanted or entry.attempt != wish.attempt_count
            if entry is None or stale or (action == RETRY and wish.fields is None and entry.rules == self.rules):
                out.ends["outside"] += 1
            elif action == RETRY:
                out.judge_again(entry, _content(wish) or entry.content)
            else:
                state, attempt = (CONDEMNED, entry.attempt) if action == ACCEPT else (OPEN, 0)
                out.ends["condemned" if action == ACCEPT else "quarantined"] += 1
                out.entries.append(entry.then(state, attempt=attempt))
        return out

    def _refilled(self, plan: Plan) -> "Written":
        """March from its sources, with the rows that people corrected; entries for what changes."""
        out = Written(self, plan)
        out.current = {row.content[0]: row for row in self.silver() if row.attempt}
        out.taken_over = list(out.current.values())
        for source in sorted(plan.sources, key=lambda each: (each.ingest_date, each.source_id)):
            for record in self.delivered[source.key]:
                out.refill(record, source.source_id, source.ingest_date)
        return out

    def _leave(self, plan: Plan, job: Callable[[Plan], "Written"]) -> None:
        summary = job(plan).summary()
        key = SILVER.summary(RunId(plan.run_id))
        with suppress(ConflictError):
            self.store.create(SILVER.bucket, key, to_json(summary))

    def good(self, record: Content) -> bool:
        return record[1].isdigit() and (self.rules == "loose" or "S" not in record[0])


def lenient(contracts: Contracts) -> Contracts:
    """First versions, with a gate that lets bad rows through: these files have more of them than good ones."""
    limits = Thresholds(max_quarantine_rate=2.0, max_condemned=10**6, breaker_rate=1.0)
    changed = {name: replace(each, thresholds=limits) for name, each in contracts.by_version.items() if name[1] == "v1"}
    return replace(contracts, by_version=changed)


class Written:
    """What one job run writes."""

    def __init__(self, world: HeldWorld, plan: Plan) -> None:
        self.world, self.plan = world, plan
        self.current = {row.content[0]: row for row in world.silver()}
        self.held = world.newest()
        self.valid: list[Row] = []
        self.taken_over: list[Row] = []
        self.entries: list[Entry] = []
        self.ends: Counter[str] = Counter()

    def judge(self, record: Content, source: str, day: str) -> None:
        taken = self.current.get(record[0])
        if self.world.good(record) and taken is None:
            self._add(Row(_name(source, record, 0), record, source))
        elif self.world.good(record) and taken is not None and taken.content == record:
            self.ends["duplicate"] += 1
        else:
            self._open(record, source, day)

    def judge_again(self, entry: Entry, content: Content) -> None:
        attempt, taken = entry.attempt + 1, self.current.get(content[0])
        state = CONDEMNED if attempt >= ATTEMPTS else OPEN
        if self.world.good(content) and taken is None:
            state = RECOVERED
            self._add(Row(entry.row_id, content, entry.source, attempt))
        elif self.world.good(content) and taken is not None and taken.content == content:
            state = DUPLICATE
        if state != RECOVERED:
            self.ends[{OPEN: "quarantined", CONDEMNED: "condemned", DUPLICATE: "duplicate"}[state]] += 1
        self.entries.append(entry.then(state, attempt=attempt, content=content, rules=self.world.rules))

    def refill(self, record: Content, source: str, day: str) -> None:
        same = [each for each in self.held.values() if each.arrived == record]
        settled = [
            each for each in same if each.state in {CONDEMNED, DUPLICATE} or (each.state == RECOVERED and each.attempt)
        ]
        taken = self.current.get(record[0])
        if settled or (self.world.good(record) and taken is not None and taken.content == record):
            self.ends["duplicate"] += 1
        elif self.world.good(record) and taken is None:
            self._add(Row(_name(source, record, 0), record, source))
            waiting = [each for each in same if each.state == OPEN and each not in self.entries]
            self._move([each.then(RECOVERED, attempt=0) for each in waiting])
        elif not same:
            self._open(record, source, day)
        else:
            self._reopen([each for each in same if each.state == RECOVERED])

    def _reopen(self, back: list[Entry]) -> None:
        if back:
            self._move([back[0].then(OPEN)])
            self.ends["quarantined"] += 1
        else:
            self.ends["duplicate"] += 1

    def _move(self, entries: list[Entry]) -> None:
        self.entries += entries
        self.held |= {each.row_id: each for each in entries}

    def _add(self, row: Row) -> None:
        self.ends["valid"] += 1
        self.valid.append(row)
        self.current[row.content[0]] = row

    def _open(self, record: Content, source: str, day: str) -> None:
        same = sorted((each for each in self.held.values() if each.arrived == record), key=lambda each: each.row_id)
        others = [each for each in same if each.source != source]
        mine = [each for each in self.entries if each.arrived == record and each.source == source and not each.revision]
        if same and not mine:
            self.ends["duplicate"] += 1
            if others and not any(each.row_id == others[0].row_id for each in self.entries):
                self._move([others[0].then(others[0].state)])
            return
        entry = Entry(_name(source, record, len(mine)), record, record, source, day, self.world.rules)
        self.ends["quarantined"] += 1
        self._move([entry])

    def summary(self) -> RunSummary:
        plan, ends = self.plan, self.ends
        counts = Counts(
            plan.input_records,
            ends["valid"],
            ends["quarantined"],
            ends["condemned"],
            ends["duplicate"],
            ends["outside"],
        )
        silver = [self._part(SILVER, MARCH, [*self.valid, *self.taken_over])]
        by_day: dict[str, list[Entry]] = {}
        for each in self.entries:
            by_day.setdefault(each.day, []).append(each)
        held = [self._part(HELD, f"ingest_date={day}", found) for day, found in sorted(by_day.items())]
        return RunSummary(
            summary_version=1,
            run_id=plan.run_id,
            dataset=plan.dataset,
            layer="silver",
            schema_version=plan.schema_version,
            kind=plan.kind,
            mode=plan.mode,
            execution_arn=plan.execution_arn,
            build_id=plan.build_id,
            contract_version=TRANSACTIONS.version,
            contract_sha256=plan.contract_sha256,
            attempt="jr_1",
            started_at="2024-04-01T02:01:00Z",
            finished_at="2024-04-01T02:02:00Z",
            counts=counts,
            columns=_types(
                (*self.world.lake.contracts.get("transactions", plan.schema_version).columns, *CONTRACTS.lineage)
            ),
            partitions=tuple(each for each in silver if each.files or plan.mode == REPLACE),
            quarantine=tuple(held),
            quarantine_columns=_types(CONTRACTS.quarantine.columns) if held else {},
            sources=tuple(
                SourceRef(e.source_id, e.bucket, e.key, e.version_id, e.etag, e.ingest_date, e.records)
                for e in plan.sources
            ),
            carried=len(self.taken_over),
            comparison=(self._comparison(),) if plan.mode == REPLACE else (),
        )

    def _comparison(self) -> PartitionComparison:
        old, new = (
            {row.content[0]: row.content for row in rows}
            for rows in (self.world.silver(), [*self.valid, *self.taken_over])
        )
        changed = sum(old[key] != new[key] for key in old.keys() & new.keys())
        return PartitionComparison(
            MARCH, len(old), len(new), len(new.keys() - old.keys()), len(old.keys() - new.keys()), changed
        )

    def _part(self, place: layout.Place, name: str, rows: Sequence[Row | Entry]) -> PartitionFiles:
        pointer = read_pointer(self.world.store, place, name)
        base = Base(pointer.sequence, pointer.snapshot_id) if pointer else None
        if not rows:
            return PartitionFiles(name, 0, (), base)
        key = f"{place.attempt(RunId(self.plan.run_id), 'jr_1')}/{name}/part-0.parquet"
        self.world.store.write(place.bucket, key, f"{self.plan.run_id} {name}")
        uri = layout.uri(place.bucket, key)
        self.world.rows[uri] = rows
        size = self.world.store.head(place.bucket, key).size
        keys = [row.content[0] if isinstance(row, Row) else row.row_id for row in rows]
        file = FileEntry(uri, len(rows), size, self.plan.run_id, min(keys), max(keys))
        entries = [each for each in rows if isinstance(each, Entry)]
        return PartitionFiles(name, len(rows), (_told(file, entries),), base)


def _told(file: FileEntry, entries: Sequence[Entry]) -> FileEntry:
    states = Counter(each.state for each in entries)
    before = Counter(each.previous for each in entries)
    waiting, condemned = (states[each] - before[each] for each in (OPEN, CONDEMNED))
    return replace(file, states=dict(states), waiting=waiting, condemned=condemned)


def _content(wish: Correction) -> Content | None:
    return (wish.fields["TransactionID"], wish.fields["TransactionAmount"]) if wish.fields else None


def _name(source: str, record: Content, occurrence: int) -> str:
    return f"{source}-{record[0]}.{record[1]}{f'-{occurrence + 1}' if occurrence else ''}"


def _types(columns: Iterable[object]) -> dict[str, str]:
    return {each.name: each.type for each in columns}  # type: ignore[attr-defined]
