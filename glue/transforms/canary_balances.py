"""Gold `canary_balances`: what account_balances are, so that a smoke test tries the code that builds them."""

from transforms.account_balances import build

__all__ = ["build"]
