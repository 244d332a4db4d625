"""Every error class of the project. Step Functions matches these names: few and stable."""


class LakeError(Exception):
    """Base of all errors the project raises on purpose."""


class ContractError(LakeError):
    """A contract file breaks a rule of its own; nothing runs until it is corrected."""


class InvalidRunIdError(LakeError):
    """A run id that Step Functions or the layout would not take."""


class InvalidRequestError(LakeError):
    """A trigger, event or command names something that does not exist or makes no sense."""


class NotFoundError(LakeError):
    """An object that must be there is not."""


class ConflictError(LakeError):
    """A conditional write lost: somebody else wrote first. Read again before you decide."""


class StoreError(LakeError):
    """S3 refused or failed for a reason that a retry may or may not cure."""


class ThrottledError(StoreError):
    """S3 or another service asked to slow down; safe to try again."""


class AccessDeniedError(StoreError):
    """The role may not do this. A retry does not help."""


class DatasetBusyError(LakeError):
    """Another run of the dataset holds its lease; try again when that run is over."""


class SummaryMissingError(LakeError):
    """The run left no readable summary; it cannot be promoted."""


class GateRefusedError(LakeError):
    """The gate refused the run; its files stay, nothing was promoted."""


class BaseMovedError(LakeError):
    """The partition moved since the run looked up current keys, and the key ranges overlap."""


class PointerMovedError(LakeError):
    """Somebody promoted the partition since this replacement was planned."""


class JournalConflictError(LakeError):
    """Two executions work on the same run's journal."""


class SourceUnreadableError(LakeError):
    """A source cannot be read at all: truncated, not gzip, not the dialect of its contract."""


class InputMismatchError(LakeError):
    """What Spark read is not what the plan named."""


class BackfillHeldError(LakeError):
    """Another backfill in flight holds a partition."""


class BackfillStateError(LakeError):
    """A backfill, or a question about it, is in a state that does not allow this."""


class BuildConflictError(LakeError):
    """An artefact is there already with another content, or is not what its manifest names."""


class DeploymentHeldError(LakeError):
    """Another deployment of the environment is not over, or another process works on this one."""


class PlanRefusedError(LakeError):
    """A plan would take away what a deployment may never take away."""


class SmokeTestError(LakeError):
    """A build does not do what it must; it may not become active. `lines` tell what was seen."""

    def __init__(self, message: str, execution_arn: str = "", lines: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.execution_arn = execution_arn
        self.lines = lines


class ApprovalDeniedError(LakeError):
    """Somebody denied the approval a run was waiting for."""


class BackfillCancelledError(LakeError):
    """Somebody cancelled the backfill while its run was waiting for an approval."""


class RowStateError(LakeError):
    """A row that was moved between silver and quarantine is in both, or in neither."""


class SheetError(LakeError):
    """A correction sheet cannot be taken; `problems` name its lines."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
