"""The process of one job run: start it as its role, ship its output, stop it, tell how it ended."""

import contextlib
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from local_aws.clients import Clients, Credentials
from local_aws.glue.launch import Launch
from local_aws.glue.logs import LogStream
from local_aws.glue.metrics import count_failure
from local_aws.glue.run import JobRun
from local_aws.roles import ServiceRole
from local_aws.settings import Settings

log = logging.getLogger("local_aws.glue")

_POLL_SECONDS = 0.1
_GRACE_SECONDS = 5.0
_SESSION = "GlueJobRunnerSession"


class JobProcess:
    """Runs on its own thread; `store` is called whenever the run's state changes."""

    def __init__(self, settings: Settings, clients: Clients, run: JobRun, store: Callable[[JobRun], None]) -> None:
        self.run = run
        self._settings = settings
        self._clients = clients
        self._store = store
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name=run.id, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def join(self) -> None:
        """Wait until the run is over."""
        self._thread.join(timeout=2 * _GRACE_SECONDS)

    def stop(self, state: str) -> None:
        """Ask the process to end; the run closes in `state`."""
        self.run.wanted = state
        self._move("STOPPING")

    def _run(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="job-", dir=self._settings.work))
        try:
            self._work(folder)
        except Exception as error:  # whatever prevents a launch fails the run, never leaves it hanging
            log.warning("job run %s could not be launched: %s", self.run.id, error)
            self._move("FAILED", f"LAUNCH ERROR | {type(error).__name__}: {error}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _work(self, folder: Path) -> None:
        credentials = self._credentials()
        launch = Launch(self._settings, self._clients, self.run, credentials, folder)
        command, environment = launch.prepare()
        if self.run.wanted:
            self._move(self.run.wanted)
            return
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=out, stderr=err, start_new_session=True
            )
        self._move("RUNNING")
        code = self._attend(self._process, self._streams(credentials, folder))
        if self.run.wanted:
            message = "Job run timed out" if self.run.wanted == "TIMEOUT" else None
            self._move(self.run.wanted, message)
        elif code == 0:
            self._move("SUCCEEDED")
        else:
            count_failure(self._clients.client("cloudwatch", credentials, self.run.region), self.run)
            self._move("FAILED", failure_message((folder / "stderr").read_text(errors="replace"), code))

    def _credentials(self) -> Credentials:
        run = self.run
        role = run.job.get("Role") or ""
        if not role.startswith("arn:"):
            role = f"arn:aws:iam::{run.account}:role/{role}"
        job = f"arn:aws:glue:{run.region}:{run.account}:job/{run.job['Name']}"
        return self._clients.assume(ServiceRole(role, "glue.amazonaws.com", job, _SESSION))

    def _streams(self, credentials: Credentials, folder: Path) -> list[LogStream]:
        client = self._clients.client("logs", credentials, self.run.region)
        return [
            LogStream(client, f"{self.run.log_prefix}/output", self.run.id, folder / "stdout"),
            LogStream(client, f"{self.run.log_prefix}/error", self.run.id, folder / "stderr"),
        ]

    def _attend(self, process: subprocess.Popen[bytes], streams: list[LogStream]) -> int:
        deadline = time.monotonic() + float(self.run.record["Timeout"]) * 60
        stopping = None
        while process.poll() is None:
            time.sleep(_POLL_SECONDS)
            for stream in streams:
                stream.ship()
            now = time.monotonic()
            if now > deadline and not self.run.wanted:
                self.stop("TIMEOUT")
            if self.run.wanted and stopping is None:
                stopping = now
                self._signal(signal.SIGTERM)
            if stopping is not None and now > stopping + _GRACE_SECONDS:
                self._signal(signal.SIGKILL)
        for stream in streams:
            stream.ship(last=True)
        self._signal(signal.SIGKILL)  # what the script left behind, such as the JVM of a crashed driver
        return process.returncode

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _move(self, state: str, message: str | None = None) -> None:
        if not self.run.over:
            self.run.move(state, message)
            self._store(self.run)


def failure_message(stderr: str, code: int) -> str:
    """What Glue reports: the last line of the last Python traceback, else the exit code."""
    _, found, tail = stderr.rpartition("Traceback (most recent call last):")
    ends = [line for line in tail.splitlines() if re.match(r"[A-Za-z_]", line)] if found else []
    return ends[0] if ends else f"Command failed with exit code {code}"


def stop_leftover(run_id: str) -> None:
    """Kill the process of a run whose server was killed; it is known by the run id among its arguments."""
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=False).stdout
    for line in listing.splitlines():
        pid, _, arguments = line.strip().partition(" ")
        if f"--JOB_RUN_ID {run_id}" in arguments:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(int(pid), signal.SIGKILL)
