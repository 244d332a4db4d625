"""One contender, once, as a process of its own: wall time, and what it says of itself."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.suites import Contender
from tests.benchmarks.table import Result


def run(contender: Contender, below: Path) -> Result:
    """Run it in an empty folder. Ends the program when it fails."""
    environment = {**os.environ, **contender.environment}
    with tempfile.TemporaryDirectory(prefix="run-", dir=below) as folder:
        python = environment.get("BENCH_PYTHON", sys.executable)
        command = [python, "-m", "tests.benchmarks.candidate", contender.candidate, *contender.files, folder]
        before = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        wall = time.monotonic() - before
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        sys.exit(f"{contender.name} failed:\n{done.stderr[-3000:]}")
    return {**json.loads(lines[-1].removeprefix("RESULT ")), "wall_s": wall}
