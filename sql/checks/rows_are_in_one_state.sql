-- A row of quarantine is in one state: its entries are counted without a gap, and a row is in silver only as recovered.
-- Of an erased row the entries before that are gone, and so is what it held.
WITH held AS (
    SELECT
        row_id,
        ingest_date,
        count(*) AS entries,
        min(coalesce(revision, 0)) AS oldest,
        max(coalesce(revision, 0)) AS newest,
        count_if(state = 'erased') AS erased,
        count(raw_record) AS records,
        max_by(coalesce(state, 'open'), coalesce(revision, 0)) AS state,
        max_by(attempt_count, coalesce(revision, 0)) AS attempts
    FROM transactions_quarantine_history
    GROUP BY 1, 2
)

SELECT
    held.row_id,
    held.ingest_date,
    held.state,
    held.attempts,
    held.entries,
    held.oldest,
    held.newest,
    silver.run_id AS in_silver_by
FROM held
LEFT JOIN transactions AS silver ON held.row_id = silver.row_id
WHERE
    held.entries <> held.newest - held.oldest + 1
    OR (held.oldest > 0 AND held.erased <> held.entries)
    OR (held.erased > 0 AND held.records > 0)
    OR (held.state <> 'recovered' AND silver.row_id IS NOT NULL)
    OR (held.state = 'recovered' AND held.attempts > 0 AND silver.row_id IS NULL)
LIMIT 100
