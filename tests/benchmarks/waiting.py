"""What a steward waits for: `assay quarantine summary` on a local stack of its own, where so many rows are open."""

import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from assay import ingest, promotion, runs, stack
from assay.__main__ import app
from assay.progress import follow
from assay.target import LOCAL, Target, select
from local_aws import control
from tests.benchmarks.meter import Meter

DAY = "2025-12-30"
GOOD = "TX-GOOD,ACC-1,1.00,EUR,2025-12-05T10:00:00Z\n"


def summary(_spark: None, folder: Path, waiting: Path) -> dict[str, Any]:
    """Bring the stack up, let the rows wait, then ask three times; the median counts."""
    _own_place(folder)
    control.start()
    try:
        target = select(LOCAL)
        stack.apply(target, quiet=True)
        _let_wait(target, folder, waiting)
        meter, seconds = Meter(None), sorted(_ask() for _ in range(3))
        print(f"summary took {', '.join(f'{each:.2f}' for each in seconds)} s", file=sys.stderr)
        rows = waiting.read_text().count("\n") - 1
        return {**meter.job(), "job_s": seconds[1], "exact": _told() == rows}
    finally:
        control.stop()


def _own_place(folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    os.environ |= {
        "ASSAY_LOCAL_DIR": str(folder / "aws"), "ASSAY_LOCAL_PORT": str(port), "TF_DATA_DIR": str(folder / "tf"),
    }  # fmt: skip


def _let_wait(target: Target, folder: Path, waiting: Path) -> None:
    """The gate refuses so many bad rows; a person lets them through."""
    file = folder / "waiting.csv"
    file.write_text(waiting.read_text() + GOOD)
    delivery = ingest.deliver(target, "transactions", file, DAY)
    run_id = ingest.find_claim(target, "transactions", delivery, 600)["run_id"]
    follow(target, run_id, quiet=True)
    outcome = runs.story(target, run_id)["ledger"].get("outcome")
    if outcome == "refused":
        outcome = promotion.promote(target, run_id, True, "a benchmark", quiet=True)["outcome"]
    if outcome != "succeeded":
        sys.exit(f"run {run_id} ended as {outcome}")


def _ask() -> float:
    before = time.monotonic()
    done = CliRunner().invoke(app, ["quarantine", "summary"])
    if done.exit_code:
        sys.exit(f"the summary failed: {done.output}\n{done.exception}")
    return time.monotonic() - before


def _told() -> int:
    told = CliRunner().invoke(app, ["quarantine", "summary", "--json"]).stdout
    return int(json.loads(told)["open"]["rows"])
