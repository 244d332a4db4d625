"""The only file that knows MiniStack: its environment, its version, and every name of it that adapters use."""

import asyncio
import importlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from local_aws.errors import LocalAwsError
from local_aws.settings import ACCOUNT, HOST, REGION, ROOT_KEY, ROOT_SECRET, Settings

T = TypeVar("T")

VERSION = "1.5.33"

# What the server keeps of the environment it is started in: the machine's, and settings of its own.
_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_",
    "TZ",
    "TMPDIR",
    "JAVA_HOME",
    "LOG_LEVEL",
    "LAMBDA_ASYNC_RETRY_",
    "SFN_WAIT_SCALE",
    "ASSAY_CACHE_DIR",
    "ASSAY_CHECKPOINT_SECONDS",
)

# Every name the adapters use, by module. An upgrade that drops one fails at start and in the contract test.
NAMES: dict[str, tuple[str, ...]] = {
    "ministack.app": ("app", "SERVICE_HANDLERS", "_build_persistence_save_dict"),
    "ministack.core.persistence": ("_json_default", "save_state"),
    "ministack.core.responses": ("get_account_id", "get_region"),
    "ministack.core.iam_evaluator": ("EvalContext", "evaluate_resource_policy", "resolve_credential"),
    "ministack.core.iam_actions": ("extract_iam_action", "extract_resource_arn", "request_tag_context"),
    "ministack.core.lambda_runtime": ("_detect_runtime_binary",),
    "ministack.services.stepfunctions": (
        "_ExecutionError",
        "_add_event",
        "_emit_execution_status_event",
        "_execute_task",
        "_execution_version_arn",
        "_executions",
        "_fail_execution",
        "_find_matching_retrier",
        "_invoke_resource",
        "_invoke_resource_with_timeout",
        "_invoke_with_callback",
        "_resolve_state_machine_arn",
        "_run_execution",
        "_start_execution",
        "_state_machine_versions",
        "_state_machines",
        "_task_tokens",
        "_timestamp_response_value",
    ),
    "ministack.services.lambda_svc": ("_execute_function_warm", "function_policy_for_arn"),
    "ministack.services.sns": (
        "_fanout",
        "_matches_filter_policy",
        "_resolve_message_for_protocol",
        "_topic_by_arn_any_scope",
        "topic_policy_allows",
    ),
    "ministack.services.s3": ("_fire_s3_event",),
    "ministack.services.eventbridge": (
        "_dispatch_event",
        "_dispatch_to_lambda",
        "_dispatch_to_sns",
        "_invoke_target",
        "_put_events",
    ),
    "ministack.services.cloudwatch": ("_calc_stats", "_dispatch_alarm_actions", "_evaluate_alarm"),
    "ministack.services.sts": ("register_session",),
    "ministack.services.iam": ("_roles",),
    "ministack.services.athena": ("_named_queries",),
    "ministack.services.scheduler": ("_SCHEDULE_TICK_INTERVAL",),
}


def prepare_environment(settings: Settings) -> None:
    """Set what MiniStack reads at import; drop what would leak from our shell into Lambda functions."""
    for name in [name for name in os.environ if not name.startswith(_KEPT)]:
        del os.environ[name]
    shutil.rmtree(settings.work, ignore_errors=True)  # what a killed server left behind
    for folder in (settings.services, settings.objects, settings.records, settings.work, settings.query_cache):
        folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        GATEWAY_PORT=str(settings.port),
        BIND_HOST=HOST,
        MINISTACK_HOST="localhost",
        MINISTACK_REGION=REGION,
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        AWS_ACCESS_KEY_ID=ROOT_KEY,
        AWS_SECRET_ACCESS_KEY=ROOT_SECRET,
        AWS_EC2_METADATA_DISABLED="true",
        AUTH="true",
        PERSIST_STATE="1",
        STATE_DIR=str(settings.services),
        S3_PERSIST="1",
        S3_DATA_DIR=str(settings.objects),
        TMPDIR=str(settings.work),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
    )
    os.environ.setdefault("LOG_LEVEL", "WARNING")


def require_tested_version() -> None:
    """Refuse a MiniStack whose version or names differ from those the adapters were written for."""
    found = version("ministack")
    if found != VERSION:
        raise LocalAwsError(
            f"MiniStack {found} is installed, the local AWS needs {VERSION}: install the locked requirements"
        )
    missing = missing_names()
    if missing:
        raise LocalAwsError(f"MiniStack {found} lacks {', '.join(missing)}: the adapters must be adjusted")


def missing_names(expected: Mapping[str, tuple[str, ...]] = NAMES) -> list[str]:
    """Those of the expected names that the installed MiniStack does not have."""
    return [f"{m}.{n}" for m, names in expected.items() for n in names if not hasattr(module(m), n)]


def module(name: str) -> Any:
    """A MiniStack module (`ministack.…`)."""
    return importlib.import_module(name)


def service(name: str) -> Any:
    """A MiniStack service module by its short name."""
    return module(f"ministack.services.{name}")


def request_scope() -> tuple[str, str]:
    """Account and region of the request being served."""
    responses = module("ministack.core.responses")
    return responses.get_account_id(), responses.get_region()


def interpreter() -> Path:
    """The Python of this environment, for jobs and functions."""
    return Path(sys.executable)


async def off_loop(work: Callable[..., T], **named: Any) -> T:
    """Run blocking work beside the server's loop, which the work itself may need."""
    return await asyncio.to_thread(work, **named)
