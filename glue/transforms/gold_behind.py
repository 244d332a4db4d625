"""Gold months that show silver which is no longer current: an earlier run ended between the two layers."""

from concurrent.futures import ThreadPoolExecutor

from lake.rules import partition
from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.steps.current import current_partitions, current_snapshot
from transforms.job_run import AT_ONCE, JobRun, pointers


def months_behind(run: JobRun, silver: Contract, silver_place: Place, gold_place: Place) -> set[str]:
    """Months of a gold dataset whose snapshot was built from another silver snapshot than the current one."""
    store = run.lake.store
    now = pointers(run, silver_place, current_partitions(store, silver_place))
    shown = pointers(run, gold_place, current_partitions(store, gold_place))

    def is_behind(pointer: Pointer) -> bool:
        source = partition.silver_path(partition.month_of(pointer.partition))
        built_from = current_snapshot(store, gold_place, pointer).inputs.get(f"{silver.dataset}/{source}")
        return built_from != (now[source].snapshot_id if source in now else None)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = zip(shown.values(), pool.map(is_behind, shown.values()), strict=True)
        return {partition.month_of(pointer.partition) for pointer, behind in verdicts if behind}
