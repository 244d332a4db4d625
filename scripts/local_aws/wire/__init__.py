"""Fields that get lost between MiniStack and its callers: answers read back as written, conditions filled."""

from local_aws.records import Records
from local_aws.wire import alarms, metric_namespace, s3a, state_machines


def install(records: Records) -> None:
    """Hook in."""
    alarms.install()
    metric_namespace.install()
    s3a.install()
    state_machines.install(records)
