"""Gold `account_balances`: the balance of every account and currency at the end of each month, carried forward."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.rules.partition import first_day
from transforms.gold_inputs import MONTH, GoldInputs

_ACCOUNT = ("account_id", "currency")
_MONEY = "decimal(28,4)"


def build(inputs: GoldInputs) -> DataFrame:
    """One row for each account, currency and month, from the account's first month on.

    Every month with movements, and the opening balance, holds until the next one: the months between are filled in.
    """
    first, last = _index(inputs.months[0]), _index(inputs.months[-1])
    events = _movements(inputs.silver)
    if inputs.opening is not None:
        events = events.unionByName(_opening(inputs.opening, first - 1))
    so_far = Window.partitionBy(*_ACCOUNT).orderBy("at")
    running = events.select(
        "*",
        F.sum("net").over(so_far).cast(_MONEY).alias("closing_balance"),
        F.max("last_at").over(so_far).alias("last_transaction_at"),
        F.lead("at", 1, last + 1).over(so_far).alias("until"),
    )
    starts = F.greatest("at", F.lit(first))
    holds = F.when(starts < F.col("until"), F.sequence(starts, F.col("until") - 1))
    return _as_rows(running.select("*", F.explode(holds).alias("month")))


def _as_rows(held: DataFrame) -> DataFrame:
    own = F.col("month") == F.col("at")
    net = F.when(own, F.col("net")).otherwise(F.lit(0)).cast(_MONEY)
    year, month = F.floor(F.col("month") / 12), F.col("month") % 12 + 1
    return held.select(
        *_ACCOUNT,
        (F.col("closing_balance") - net).cast(_MONEY).alias("opening_balance"),
        net.alias("net_amount"),
        "closing_balance",
        F.when(own, F.col("count")).otherwise(F.lit(0)).alias("transaction_count"),
        "last_transaction_at",
        F.format_string("%04d-%02d", year.cast("int"), month).alias(MONTH),
    )


def _movements(silver: DataFrame) -> DataFrame:
    at = F.substring(MONTH, 1, 4).cast("int") * 12 + F.substring(MONTH, 6, 2).cast("int") - 1
    return silver.groupBy(*_ACCOUNT, at.alias("at")).agg(
        F.sum("amount").cast(_MONEY).alias("net"),
        F.count("*").alias("count"),
        F.max("transaction_at").alias("last_at"),
    )


def _opening(balances: DataFrame, at: int) -> DataFrame:
    return balances.select(
        *_ACCOUNT,
        F.lit(at).alias("at"),
        F.col("closing_balance").alias("net"),
        F.lit(0).cast("bigint").alias("count"),
        F.col("last_transaction_at").alias("last_at"),
    )


def _index(month: str) -> int:
    day = first_day(month)
    return day.year * 12 + day.month - 1
