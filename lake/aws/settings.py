"""Every environment variable the functions read: all required, none has a default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from lake.errors import InvalidRequestError
from lake.rules.layout import Buckets


@dataclass(frozen=True)
class Settings:
    """Where a function runs, set by Terraform."""

    environment: str
    buckets: Buckets
    alert_topic_arn: str
    rehearsal_topic_arn: str
    state_machine_arn: str
    build_id: str
    job_log_prefix: str
    approvals: str

    @classmethod
    def from_env(cls, variables: Mapping[str, str] | None = None) -> "Settings":
        """Read and check. Raises InvalidRequestError naming every variable that is missing."""
        given = os.environ if variables is None else variables
        missing = [name for name in _NAMES.values() if not given.get(name)]
        if missing:
            raise InvalidRequestError(f"environment variables are not set: {', '.join(missing)}")
        values = {field: given[name] for field, name in _NAMES.items()}
        buckets = Buckets(**{layer: values.pop(layer) for layer in _LAYERS})
        return cls(buckets=buckets, **values)


_LAYERS = ("bronze", "silver", "gold", "quarantine", "control")
_NAMES = {
    "environment": "ASSAY_ENVIRONMENT",
    **{layer: f"ASSAY_BUCKET_{layer.upper()}" for layer in _LAYERS},
    "alert_topic_arn": "ASSAY_ALERT_TOPIC_ARN",
    "rehearsal_topic_arn": "ASSAY_REHEARSAL_TOPIC_ARN",
    "state_machine_arn": "ASSAY_STATE_MACHINE_ARN",
    "build_id": "ASSAY_BUILD_ID",
    "job_log_prefix": "ASSAY_JOB_LOG_PREFIX",
    "approvals": "ASSAY_APPROVALS",
}
