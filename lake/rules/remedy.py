"""What to do about an error: one line, in words, with the command to type."""

_AGAIN = "assay runs again {run_id} --env {environment}"
_DEPLOY = "correct it and deploy, then: " + _AGAIN
_MORE = "give the jobs more workers (`glue` in terraform/envs/{environment}.tfvars) and deploy, then: " + _AGAIN
_LONGER = "look at the size of the input and at the log, raise the timeout if it is honest, then: " + _AGAIN

# error class, or a word of the cause => what to do. The first that is in the error, the cause or the log wins.
REMEDIES = {
    "OutOfMemoryError": _MORE,
    "exceeding memory limits": _MORE,
    "ExecutorLostFailure": _MORE,
    "AccessDenied": "somebody changed a policy, or the build lacks one: assay deploy --env {environment}, then: "
    + _AGAIN,
    "PointerMovedError": "a partition was promoted meanwhile, plan it again: assay backfill list --env {environment}",
    "BaseMovedError": "the partition moved under the run, nothing is wrong: " + _AGAIN,
    "InputMismatchError": "a file in bronze was replaced after it was planned, nothing is wrong: " + _AGAIN,
    "DatasetBusyError": "another run of the dataset never ends, look at it first: assay runs --env {environment}",
    "ContractError": "a contract is wrong: " + _DEPLOY,
    "ConcurrentRunsExceeded": "other runs of the job were at work: " + _AGAIN,
    "ResourceNumberLimitExceeded": "the account has no more DPUs, wait for other jobs or raise its quota: " + _AGAIN,
    "States.Timeout": _LONGER,
    "Timedout": _LONGER,
    '"TIMEOUT"': _LONGER,
    "ThrottledError": "AWS was too busy for too long, nothing is wrong here: " + _AGAIN,
    "States.Runtime": "the state machine is wrong, go back: assay deploy revert --env {environment}, then: " + _AGAIN,
    "Aborted": "if it was not on purpose: " + _AGAIN,
}


def remedy(run_id: str, environment: str, *told: str) -> str:
    """What to do about an error of a run that took its sources; `told`: error, cause, the end of the log."""
    found = next((text for word, text in REMEDIES.items() if any(word in each for each in told)), None)
    return (found or "correct the cause, then: " + _AGAIN).format(run_id=run_id, environment=environment)
