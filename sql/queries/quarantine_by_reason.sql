-- Rows that wait in quarantine, by reason. Set the days of delivery: they decide what is scanned.
WITH reasons AS (
    SELECT
        q.row_id,
        q.source_id,
        q.attempt_count,
        q.ingest_date,
        r.reason
    FROM transactions_quarantine AS q
    CROSS JOIN UNNEST(TRANSFORM(q.errors, e -> e.code)) AS r (reason)
    WHERE q.ingest_date BETWEEN '2017-01-01' AND '2026-12-31'
)

SELECT
    reason,
    COUNT(DISTINCT row_id) AS waiting_rows,
    COUNT(DISTINCT source_id) AS sources,
    MIN(ingest_date) AS oldest_delivery,
    MAX(ingest_date) AS newest_delivery,
    MAX(attempt_count) AS most_attempts
FROM reasons
GROUP BY reason
ORDER BY waiting_rows DESC, reason
