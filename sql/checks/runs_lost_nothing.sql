-- Every record of a run that succeeded is in silver, quarantined, condemned or a duplicate.
SELECT
    run_id,
    dataset,
    input_count,
    valid_count,
    quarantined_count,
    condemned_count,
    duplicate_count
FROM run_summaries
WHERE
    kind IN ('daily', 'event')
    AND outcome = 'succeeded'
    AND month >= date_format(date_add('month', -1, current_date), '%Y-%m')
    AND input_count <> valid_count + quarantined_count + condemned_count + duplicate_count
LIMIT 100
