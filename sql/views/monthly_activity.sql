SELECT
    CAST(account_id AS varchar) AS account_id,
    CAST(currency AS varchar) AS currency,
    CAST(transaction_count AS bigint) AS transaction_count,
    CAST(debit_total AS decimal(28, 4)) AS debit_total,
    CAST(credit_total AS decimal(28, 4)) AS credit_total,
    CAST(net_amount AS decimal(28, 4)) AS net_amount,
    CAST(largest_amount AS decimal(18, 4)) AS largest_amount,
    CAST(first_transaction_at AS timestamp(3)) AS first_transaction_at,
    CAST(last_transaction_at AS timestamp(3)) AS last_transaction_at,
    CAST(REGEXP_EXTRACT("$path", '/schema_v=(v[0-9]+)/', 1) AS varchar) AS schema_v,
    CAST(as_of_month AS varchar) AS as_of_month
FROM monthly_activity_all
