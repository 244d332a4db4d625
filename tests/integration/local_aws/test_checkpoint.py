"""How often the state of a running local AWS is saved."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from local_aws import engine
from local_aws.checkpoint import Checkpoints


class Clock:
    """Time passes only when somebody says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Services:
    """Services whose reading takes a time of its own; what was written of them, in order."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.seconds: dict[str, float] = {}
        self.changing: set[str] = set()
        self.written: list[str] = []
        self._reads = 0

    def readers(self) -> dict[str, Callable[[], Any]]:
        return {name: self._reader(name) for name in self.seconds}

    def save_state(self, name: str, state: object) -> None:
        self.written.append(name)

    def _reader(self, name: str) -> Callable[[], Any]:
        def read() -> Any:
            self.clock.now += self.seconds[name]
            if name in self.changing:
                raise RuntimeError("dictionary changed size during iteration")
            self._reads += 1
            return {"reads": self._reads}

        return read

    def looked_at(self, checkpoints: Checkpoints, seconds: float) -> list[str]:
        """What a look after so many seconds writes."""
        self.clock.now += seconds
        self.written.clear()
        checkpoints.look()
        return list(self.written)


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    """In the place of MiniStack's."""
    found = Services(Clock())
    modules = {
        "ministack.app": SimpleNamespace(_build_persistence_save_dict=found.readers),
        "ministack.core.persistence": SimpleNamespace(_json_default=str, save_state=found.save_state),
    }
    monkeypatch.setattr(engine, "module", modules.__getitem__)
    return found


@pytest.fixture
def checkpoints(services: Services) -> Checkpoints:
    """Just after a request."""
    found = Checkpoints(services.clock)
    found.note_request()
    return found


def test_a_service_that_is_slow_to_save_does_not_slow_down_the_others(
    services: Services, checkpoints: Checkpoints
) -> None:
    services.seconds = {"executions": 0.01, "functions": 0.5}
    assert services.looked_at(checkpoints, 2) == ["executions", "functions"]
    checkpoints.note_request()
    assert services.looked_at(checkpoints, 2) == ["executions"]
    assert services.looked_at(checkpoints, 3) == ["executions", "functions"]


def test_what_was_left_for_later_is_saved_after_the_last_request_and_then_it_is_quiet(
    services: Services, checkpoints: Checkpoints
) -> None:
    services.seconds = {"executions": 0.01, "functions": 3, "logs": 2}
    seen = [services.looked_at(checkpoints, 2) for _ in range(60)]
    last_active = max(place for place, written in enumerate(seen) if "executions" in written)
    assert last_active < 10
    assert {"functions", "logs"} <= {name for written in seen[last_active:] for name in written}
    assert seen[-20:] == [[]] * 20


def test_a_state_that_keeps_changing_is_tried_again_until_it_is_saved(
    services: Services, checkpoints: Checkpoints
) -> None:
    services.seconds, services.changing = {"executions": 0.01}, {"executions"}
    assert [services.looked_at(checkpoints, 2) for _ in range(20)] == [[]] * 20
    services.changing.clear()
    assert services.looked_at(checkpoints, 2) == ["executions"]
    assert services.looked_at(checkpoints, 2) == []


def test_a_save_that_is_asked_for_leaves_no_service_out(services: Services, checkpoints: Checkpoints) -> None:
    services.seconds = {"executions": 0.01, "functions": 60}
    checkpoints.look()
    services.written.clear()
    checkpoints.save()
    assert services.written == ["executions", "functions"]


def test_after_a_reset_everything_is_written_at_the_next_look(services: Services, checkpoints: Checkpoints) -> None:
    services.seconds = {"functions": 60}
    checkpoints.look()
    checkpoints.forget()
    checkpoints.note_request()
    assert services.looked_at(checkpoints, 2) == ["functions"]
