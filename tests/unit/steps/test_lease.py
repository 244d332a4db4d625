"""The lease: one of many wins, and only the holder gives it back."""

import threading

import pytest

from lake.errors import DatasetBusyError
from lake.rules import layout
from lake.rules.lease import Lease
from lake.steps.lease import free_lease, take_lease
from lake.steps.records import read_record
from tests.builders import BUCKETS, lake_on, request
from tests.fakes import MemoryExecutions, MemoryStore

KEY = layout.lease("transactions")


def test_of_twenty_runs_at_once_one_gets_it() -> None:
    lake, executions = lake_on(), MemoryExecutions()
    for number in range(20):
        executions.running.add(request(number).execution_arn)
    won, busy = [], []

    def run(number: int) -> None:
        try:
            take_lease(lake, executions, request(number))
            won.append(number)
        except DatasetBusyError:
            busy.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(busy)) == (1, 19)


def test_it_is_taken_freed_and_taken_again() -> None:
    lake, executions = lake_on(), MemoryExecutions()
    executions.running |= {request(1).execution_arn, request(2).execution_arn}
    take_lease(lake, executions, request(1))
    take_lease(lake, executions, request(1))
    with pytest.raises(DatasetBusyError):
        take_lease(lake, executions, request(2))
    free_lease(lake, "transactions", request(1).run_id)
    take_lease(lake, executions, request(2))


def test_only_the_holder_frees_it() -> None:
    store = MemoryStore()
    lake, executions = lake_on(store), MemoryExecutions()
    free_lease(lake, "transactions", request(2).run_id)
    take_lease(lake, executions, request(1))
    free_lease(lake, "transactions", request(2).run_id)
    assert read_record(store, Lease, BUCKETS.control, KEY).is_held_by(request(1).run_id)


def test_freeing_twice_writes_once() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    take_lease(lake, MemoryExecutions(), request(1))
    free_lease(lake, "transactions", request(1).run_id)
    written = len(store.writes)
    free_lease(lake, "transactions", request(1).run_id)
    assert len(store.writes) == written


def test_datasets_do_not_wait_for_each_other() -> None:
    lake, executions = lake_on(), MemoryExecutions()
    executions.running.add(request(1).execution_arn)
    take_lease(lake, executions, request(1))
    free_lease(lake, "payments", request(1).run_id)
    assert layout.lease("payments") != layout.lease("transactions")
