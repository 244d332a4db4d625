-- The months of gold hold what the months of silver hold: as many transactions, and the same total in each currency.
WITH silver AS (
    SELECT
        currency,
        date_format(transaction_at, '%Y-%m') AS as_of_month,
        count(*) AS transactions,
        sum(amount) AS total
    FROM transactions
    WHERE year >= year(current_date) - 1
    GROUP BY 1, 2
),

balances AS (
    SELECT
        currency,
        as_of_month,
        sum(transaction_count) AS transactions,
        sum(net_amount) AS total
    FROM account_balances
    GROUP BY 1, 2
),

activity AS (
    SELECT
        currency,
        as_of_month,
        sum(transaction_count) AS transactions,
        sum(net_amount) AS total
    FROM monthly_activity
    GROUP BY 1, 2
)

SELECT
    silver.as_of_month,
    silver.currency,
    silver.transactions,
    silver.total,
    balances.transactions AS transactions_of_balances,
    balances.total AS total_of_balances,
    activity.transactions AS transactions_of_activity,
    activity.total AS total_of_activity
FROM silver
LEFT JOIN balances ON silver.currency = balances.currency AND silver.as_of_month = balances.as_of_month
LEFT JOIN activity ON silver.currency = activity.currency AND silver.as_of_month = activity.as_of_month
WHERE
    coalesce(balances.transactions, 0) <> silver.transactions
    OR coalesce(activity.transactions, 0) <> silver.transactions
    OR coalesce(balances.total, 0) <> silver.total
    OR coalesce(activity.total, 0) <> silver.total
LIMIT 100
