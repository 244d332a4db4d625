"""A local AWS that nobody else uses, beside the one of the person at the keyboard."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_aws import control
from local_aws.settings import HOST


@contextmanager
def local_aws(folder: Path) -> Iterator[None]:
    """For as long as the block lasts, this process and those it starts see a local AWS that lives in the folder."""
    before = dict(os.environ)
    os.environ["ASSAY_LOCAL_DIR"] = str(folder / "local-aws")
    os.environ["ASSAY_LOCAL_PORT"] = str(_free_port())
    os.environ["TF_DATA_DIR"] = str(folder / "terraform")
    control.start()
    try:
        yield
    finally:
        control.stop()
        os.environ.clear()
        os.environ.update(before)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
