"""The suites: which contenders meet over which input. The first of a suite is the one the others are compared with."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from local_aws import class_archive, jars
from tests.benchmarks.generate import Shape, write

# The JVM of long runs, and that of the local AWS for small ones: quick compiler, serial collector, shared classes.
LARGE_JVM = "-XX:+UseParallelGC"
SMALL_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"
UNTUNED_JVM = "-XX:+UseG1GC"
# peers need other versions of what the project has: `make bench` makes their environment
PEERS = {"BENCH_PYTHON": ".tools/peers/bin/python"}


@dataclass(frozen=True)
class Contender:
    """A candidate with its input; `files` are the input, and what was promoted before, if anything."""

    name: str
    candidate: str
    files: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """How many rows by default, and the contenders for so many rows in a folder."""

    rows: int
    contenders: Callable[[int, Path], list[Contender]]


def _core(rows: int, folder: Path) -> list[Contender]:
    file = _input(folder / "input.csv", Shape(rows))
    jvm = {"BENCH_JVM": LARGE_JVM}
    return [
        Contender(name, name, (file,), jvm) for name in ("copy", "traced-copy", "silver", "two-pass", "duckdb-copy")
    ]


def _peers(rows: int, folder: Path) -> list[Contender]:
    """The same rules by others."""
    file, jvm = _input(folder / "input.csv", Shape(rows)), {"BENCH_JVM": LARGE_JVM}
    return [Contender("silver", "silver", (file,), jvm), Contender("dqx", "dqx", (file,), {**jvm, **PEERS})]


def _small(rows: int, folder: Path) -> list[Contender]:
    file = _input(folder / "input.csv", Shape(rows))
    tuned = {
        "BENCH_JVM": f"{SMALL_JVM} -Xshare:on -XX:SharedArchiveFile={class_archive.make()}",
        "SPARK_LAUNCHER_OPTS": f"{SMALL_JVM} -Xshare:auto",
        "SPARK_CONF_DIR": str(class_archive.no_configuration()),
        "BENCH_CLASS_PATH": os.pathsep.join(str(jar) for jar in jars.class_path()),
    }
    untuned = {"BENCH_JVM": UNTUNED_JVM, "BENCH_SHUFFLE": "200"}
    return [
        Contender("silver, untuned", "silver", (file,), untuned),
        Contender("silver", "silver", (file,), tuned),
        Contender("copy, untuned", "copy", (file,), untuned),
        Contender("copy", "copy", (file,), tuned),
        Contender("start, untuned", "start", (file,), untuned),
        Contender("start", "start", (file,), tuned),
    ]


def _months(rows: int, folder: Path) -> list[Contender]:
    jvm = {"BENCH_JVM": LARGE_JVM}
    files = {count: _input(folder / f"{count}.csv", Shape(rows, months=count)) for count in (1, 12, 60)}
    return [Contender(f"{count} months", "silver", (file,), jvm) for count, file in files.items()]


def _history(rows: int, folder: Path) -> list[Contender]:
    """What is promoted before has twelve months, the delivery touches one of them."""
    jvm = {"BENCH_JVM": LARGE_JVM}
    delivery = _input(folder / "delivery.csv", Shape(rows, months=1))
    before = [
        _input(folder / f"{size}.csv", Shape(size * rows, seed=11, first_id=10 * rows, bad=0.0)) for size in (1, 10)
    ]
    return [
        Contender("nothing before", "silver", (delivery,), jvm),
        Contender("as much before", "silver", (delivery, before[0]), jvm),
        Contender("ten times as much before", "silver", (delivery, before[1]), jvm),
    ]


def _backfill(rows: int, folder: Path) -> list[Contender]:
    """The same month replaced in datasets of one, twelve and sixty months, a file of `rows` rows for each."""
    jvm = {"BENCH_JVM": LARGE_JVM}
    files = [
        _input(folder / f"{back}.csv", Shape(rows, months=1, seed=back, first_id=back * rows, bad=0.0, back=back))
        for back in range(60)
    ]
    return [Contender(f"{count} months there", "backfill", tuple(files[:count]), jvm) for count in (1, 12, 60)]


def _retry(_rows: int, folder: Path) -> list[Contender]:
    """A hundred rows are tried again while ten, a hundred and a thousand times as many wait on the same day."""
    jvm = {"BENCH_JVM": LARGE_JVM}
    return [
        Contender(f"{count:,} rows wait", "retry", (_bad_rows(folder / f"{count}.csv", count),), jvm)
        for count in (1_000, 10_000, 100_000)
    ]


def _summary(_rows: int, folder: Path) -> list[Contender]:
    """The command alone; the stack that it asks comes up before."""
    return [
        Contender(f"{count:,} rows wait", "summary", (_bad_rows(folder / f"{count}.csv", count),))
        for count in (1_000, 100_000)
    ]


def _bad_rows(path: Path, count: int) -> str:
    lines = (f"TX-{n},ACC-{n % 97},x,EUR,2025-12-05T10:00:00Z\n" for n in range(count))
    path.write_text("TransactionID,CustomerID,TransactionAmount,Currency,TransactionTimestamp\n" + "".join(lines))
    return str(path)


def _gzip(rows: int, folder: Path) -> list[Contender]:
    jvm = {"BENCH_JVM": LARGE_JVM}
    names = {"plain": "input.csv", "gzip": "input.csv.gz"}
    return [Contender(name, "silver", (_input(folder / file, Shape(rows)),), jvm) for name, file in names.items()]


def _input(path: Path, shape: Shape) -> str:
    write(shape, path)
    return str(path)


SUITES = {
    "core": Suite(5_000_000, _core),
    "peers": Suite(1_000_000, _peers),
    "small": Suite(10_000, _small),
    "months": Suite(1_000_000, _months),
    "history": Suite(500_000, _history),
    "backfill": Suite(50_000, _backfill),
    "retry": Suite(100, _retry),
    "summary": Suite(100_000, _summary),
    "gzip": Suite(1_000_000, _gzip),
}
