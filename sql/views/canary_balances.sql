SELECT
    CAST(account_id AS varchar) AS account_id,
    CAST(currency AS varchar) AS currency,
    CAST(opening_balance AS decimal(28, 4)) AS opening_balance,
    CAST(net_amount AS decimal(28, 4)) AS net_amount,
    CAST(closing_balance AS decimal(28, 4)) AS closing_balance,
    CAST(transaction_count AS bigint) AS transaction_count,
    CAST(last_transaction_at AS timestamp(3)) AS last_transaction_at,
    CAST(REGEXP_EXTRACT("$path", '/schema_v=(v[0-9]+)/', 1) AS varchar) AS schema_v,
    CAST(as_of_month AS varchar) AS as_of_month
FROM canary_balances_all
