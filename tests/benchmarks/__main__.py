"""`python -m tests.benchmarks`: candidates side by side, in turn, as whole processes; medians of paired ratios."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.candidate import LARGE_JVM, SMALL_JVM
from tests.benchmarks.generate import Shape, write

Result = dict[str, Any]


def main() -> None:
    """Print one table; exit 1 when a candidate's counts are not exact."""
    given = _arguments()
    os.environ["BENCH_JVM"] = SMALL_JVM if given.rows <= 100_000 else LARGE_JVM
    names = ["copy", "silver", "duckdb-copy", *(["start"] if given.rows <= 100_000 else [])]
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        file = Path(folder) / "input.csv"
        write(Shape(given.rows, given.months), file)
        runs: dict[str, list[Result]] = {name: [] for name in names}
        for turn in range(given.runs):
            for name in names:
                runs[name].append(_run(name, file))
                print(f"  run {turn + 1} {name}: {runs[name][-1]}", file=sys.stderr, flush=True)
    _print(given, runs)
    if not all(each.get("exact", True) for results in runs.values() for each in results):
        sys.exit("counts differ from the truth file, so no time counts")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def _run(name: str, file: Path) -> Result:
    with tempfile.TemporaryDirectory(prefix="assay-bench-", dir=file.parent) as folder:
        before, others = time.monotonic(), _busy_seconds()
        command = [sys.executable, "-m", "tests.benchmarks.candidate", name, str(file), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall = time.monotonic() - before
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        sys.exit(f"{name} failed:\n{done.stderr[-3000:]}")
    return {**json.loads(lines[-1].removeprefix("RESULT ")), "wall_s": wall, "cpu_s": _busy_seconds() - others}


def _busy_seconds() -> float:
    """CPU seconds of the whole machine, so that a noisy neighbour shows."""
    ticks = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _print(given: argparse.Namespace, runs: dict[str, list[Result]]) -> None:
    print(f"{given.rows:,} rows, {given.months} months, {given.runs} run(s) in turn, JVM {os.environ['BENCH_JVM']}\n")
    print("| candidate | wall s | job s | peak MB | job / copy | wall / copy | exact |\n|---|---|---|---|---|---|---|")
    for name, results in runs.items():
        ratios = [_ratio(results, runs["copy"], what) for what in ("job_s", "wall_s")]
        medians = [statistics.median(each[what] for each in results) for what in ("wall_s", "job_s", "peak_mb")]
        exact = {True: "yes", False: "NO", None: "n/a"}[results[-1].get("exact")]
        cells = [
            f"{medians[0]:.1f}",
            f"{medians[1]:.1f}",
            f"{medians[2]:.0f}",
            *(f"{each:.2f}" for each in ratios),
            exact,
        ]
        print(f"| {name} | {' | '.join(cells)} |")


def _ratio(mine: list[Result], base: list[Result], what: str) -> float:
    return statistics.median(a[what] / b[what] for a, b in zip(mine, base, strict=True))


if __name__ == "__main__":
    main()
