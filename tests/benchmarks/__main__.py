"""`python -m tests.benchmarks SUITE`: contenders side by side, in turn, each a process; medians of paired ratios."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.suites import SUITES, Contender
from tests.benchmarks.table import Result, print_table
from tests.benchmarks.timing import run


def main() -> None:
    """Print one table for each suite; exit 1 when a candidate's counts are not exact."""
    given = _arguments()
    for name in given.suites or SUITES:
        suite = SUITES[name]
        rows = given.rows or suite.rows
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            contenders = [each for each in suite.contenders(rows, Path(folder)) if each.name not in given.without]
            results = _in_turn(contenders, given.runs, Path(folder))
        print_table(f"{name}: {rows:,} rows, {given.runs} run(s) in turn", contenders[0].name, results)
        if not all(each.get("exact", True) for found in results.values() for each in found):
            sys.exit("counts differ from the truth file, so no time counts")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], help="all when none is named")
    parser.add_argument("--rows", type=int, help="instead of the suite's own number")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without", action="append", default=[], metavar="CONTENDER", help="leave this one out")
    return parser.parse_args()


def _in_turn(contenders: list[Contender], runs: int, folder: Path) -> dict[str, list[Result]]:
    results: dict[str, list[Result]] = {each.name: [] for each in contenders}
    for turn in range(runs):
        for each in contenders:
            results[each.name].append(run(each, folder))
            print(f"  run {turn + 1} {each.name}: {results[each.name][-1]}", file=sys.stderr, flush=True)
    return results


if __name__ == "__main__":
    main()
