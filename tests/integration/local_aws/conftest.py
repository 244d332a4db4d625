"""One local AWS for all tests of a worker, on a free port, in a folder of its own."""

from collections.abc import Iterator

import pytest

from local_aws import control
from tests.integration.local_aws.aws import Aws, free_port


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    folder = tmp_path_factory.mktemp("local-aws")
    port = free_port()
    control.start(folder, port)
    yield Aws(folder, port)
    control.stop(folder)
