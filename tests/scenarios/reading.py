"""Somebody in another process who asks `assay query` again and again how many rows a month has."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGTERM

from assay.target import Target
from tests.scenarios.pipeline import number

_FOR_EVER = """
import sys
from assay.__main__ import app
while True:
    app(["query", sys.argv[1], "--json"], standalone_mode=False)
"""


@contextmanager
def a_reader(target: Target, month: str) -> Iterator[set[int]]:
    """Whoever reads while the block lasts; afterwards every answer so far is there, that of the end among them."""
    sql = f"SELECT count(*) AS n FROM transactions WHERE year = {month[:4]} AND month = {int(month[5:])}"
    seen: set[int] = set()
    with tempfile.TemporaryFile("w+") as answers:
        process = subprocess.Popen([sys.executable, "-u", "-c", _FOR_EVER, sql], stdout=answers)
        try:
            yield seen
        finally:
            process.terminate()
            ended = process.wait()
        answers.seek(0)
        seen |= {int(found) for found in re.findall(r'"n": "(\d+)"', answers.read())}
        assert ended == -SIGTERM, "the reader got an error instead of an answer"
        seen.add(number(target, sql))
