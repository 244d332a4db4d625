"""Gold `monthly_activity`: what happened in every account and currency in each month."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from transforms.gold_inputs import MONTH, GoldInputs


def build(inputs: GoldInputs) -> DataFrame:
    """One row for each account, currency and month that has a transaction."""
    amount, nothing = F.col("amount"), F.lit(0).cast("decimal(18,4)")
    return inputs.silver.groupBy("account_id", "currency", MONTH).agg(
        F.count("*").alias("transaction_count"),
        F.sum(F.greatest(amount, nothing)).alias("debit_total"),
        F.sum(F.least(amount, nothing)).alias("credit_total"),
        F.sum(amount).alias("net_amount"),
        F.max(amount).alias("largest_amount"),
        F.min("transaction_at").alias("first_transaction_at"),
        F.max("transaction_at").alias("last_transaction_at"),
    )
