"""What MiniStack loses on the wire, without which a second `terraform plan` would not be empty."""

from local_aws.records import Records
from local_aws.wire import alarms, s3a, state_machines, trust


def install(records: Records) -> None:
    """Hook in."""
    alarms.install()
    s3a.install()
    trust.install()
    state_machines.install(records)
