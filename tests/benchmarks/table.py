"""One table of a suite: medians, and ratios paired run by run with the first contender."""

import statistics
from typing import Any

Result = dict[str, Any]
_SECONDS = ("wall_s", "job_s", "cpu_s", "job_cpu_s")


def print_table(title: str, base: str, results: dict[str, list[Result]]) -> None:
    """Print Markdown."""
    print(f"\n{title}; ratios against {base}\n")
    print("| contender | wall s | job s | CPU s | job CPU s | peak MB | job | wall | CPU | job CPU | exact |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, found in results.items():
        medians = [statistics.median(each[what] for each in found) for what in (*_SECONDS, "peak_mb")]
        ratios = [_ratio(found, results[base], what) for what in ("job_s", "wall_s", "cpu_s", "job_cpu_s")]
        exact = {True: "yes", False: "NO", None: "n/a"}[found[-1].get("exact")]
        cells = [*(f"{each:.1f}" for each in medians[:4]), f"{medians[4]:.0f}", *(f"{each:.2f}" for each in ratios)]
        print(f"| {name} | {' | '.join(cells)} | {exact} |", flush=True)


def _ratio(mine: list[Result], base: list[Result], what: str) -> float:
    return float(statistics.median(a[what] / b[what] for a, b in zip(mine, base, strict=True)))
