"""AWS Lambda: whatever an invocation wrote is in its log, however busy the machine is.

MiniStack waits some milliseconds for the lines of an invocation; later ones are lost, or told of the next one.
Here the function's process says when it has written everything.
"""

import queue
import time
from collections.abc import Callable
from typing import Any

from local_aws import engine

_RUNTIME = "ministack.core.lambda_runtime"
_END = "\x1eall is written"
_ANSWERED = "        _real_stdout.flush()\n\nrun()"
_SECONDS = 5.0


def install() -> None:
    """Hook in."""
    worker = engine.module(_RUNTIME).Worker
    worker._drain_stderr_bounded = _whole(worker._drain_stderr_bounded)


def marked(script: str) -> str:
    """The script of a function's process, with a mark behind the lines of each invocation."""
    if _ANSWERED not in script:
        raise RuntimeError("MiniStack's script of Python functions has changed; see function_logs.py")
    return script.replace(_ANSWERED, f"        print({_END!r}, file=sys.stderr, flush=True)\n{_ANSWERED}")


def _whole(original: Callable[..., str]) -> Callable[..., str]:
    def drain(worker: Any, **waits: float) -> str:
        if not str(worker.config.get("Runtime", "python")).startswith("python"):
            return original(worker, **waits)
        lines: list[str] = []
        deadline = time.monotonic() + _SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = worker._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == _END:
                break
            lines.append(line)
        return "\n".join(lines)

    return drain
