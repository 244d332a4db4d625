"""How scenarios interrupt a run: its Spark processes killed, a layer not writable; and people who say yes."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from assay import backfills
from assay.console import CommandError
from assay.target import Target
from lake.errors import LakeError
from local_aws import control


def spark_processes() -> list[int]:
    """Those of this local AWS only: other stacks may run on the same machine."""
    pattern = f"{control.status().folder}.*bronze_to_silver.py"
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=False)
    return [int(each) for each in found.stdout.split()]


@contextmanager
def every_spark_process_killed() -> Iterator[None]:
    """Kill every attempt while the block lasts: the state machine tries again by itself."""
    over = Event()

    def kill() -> None:
        while not over.wait(0.3):
            for process in spark_processes():
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)

    with _meanwhile(kill, over):
        yield


@contextmanager
def quarantine_not_writable(target: Target) -> Iterator[None]:
    """A promotion comes as far as quarantine and no further, however often it is tried."""
    iam, role = target.client("iam"), f"{target.name}-promote-run"
    arn = f"arn:aws:s3:::{target.bucket('quarantine')}/*/current/*"
    statement = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": arn}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=role, PolicyName="interrupted", PolicyDocument=json.dumps(policy))
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="interrupted")


@contextmanager
def saying_yes(target: Target, backfill_id: str, state: str) -> Iterator[None]:
    """Every question of a backfill is answered while the block lasts."""
    over = Event()

    def answer() -> None:
        while not over.wait(0.5):
            with suppress(CommandError, LakeError):
                if backfills.story(target, backfill_id)["waits_for_approval_of"]:
                    backfills.answer(target, backfill_id, state, "looked at it")

    with _meanwhile(answer, over):
        yield


@contextmanager
def _meanwhile(work: Callable[[], None], over: Event) -> Iterator[None]:
    worker = Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()
