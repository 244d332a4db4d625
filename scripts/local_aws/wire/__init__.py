"""Fields that get lost between MiniStack and its callers: answers read back as written, conditions filled."""

from local_aws.records import Records
from local_aws.wire import alarms, s3a, state_machines, trust


def install(records: Records) -> None:
    """Hook in."""
    alarms.install()
    s3a.install()
    state_machines.install(records)
    trust.install()
