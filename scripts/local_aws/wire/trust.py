"""A service that assumes a role says for which account it works; trust policies may ask for that."""

import dataclasses
from typing import Any

from local_aws import engine


def install() -> None:
    """Give the checks of trust policies `aws:SourceAccount` when root, in the place of a service, assumes a role."""
    evaluator = engine.module("ministack.core.iam_evaluator")
    evaluate = evaluator.evaluate_trust_policy

    def with_source_account(document: Any, caller_arn: str, context: Any = None) -> bool:
        if context is not None and caller_arn.endswith(":root"):
            known = {**context.service_context, "aws:sourceaccount": context.principal_account}
            context = dataclasses.replace(context, service_context=known)
        return bool(evaluate(document, caller_arn, context))

    evaluator.evaluate_trust_policy = with_source_account
