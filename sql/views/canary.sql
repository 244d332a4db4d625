SELECT
    CAST(transaction_id AS varchar) AS transaction_id,
    CAST(account_id AS varchar) AS account_id,
    CAST(amount AS decimal(18, 4)) AS amount,
    CAST(currency AS varchar) AS currency,
    CAST(transaction_at AS timestamp(3)) AS transaction_at,
    CAST(row_id AS varchar) AS row_id,
    CAST(row_hash AS varchar) AS row_hash,
    CAST(source_id AS varchar) AS source_id,
    CAST(ingested_at AS timestamp(3)) AS ingested_at,
    CAST(attempt_count AS integer) AS attempt_count,
    CAST(run_id AS varchar) AS run_id,
    CAST(REGEXP_EXTRACT("$path", '/schema_v=(v[0-9]+)/', 1) AS varchar) AS schema_v,
    CAST(year AS integer) AS year,
    CAST(month AS integer) AS month
FROM canary_all
