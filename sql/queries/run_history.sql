-- Every run of a dataset, newest first, with its counts. Set the dataset and the days to look back.
SELECT
    run_id,
    kind,
    outcome,
    started_at,
    finished_at,
    sources,
    input_count,
    valid_count,
    quarantined_count,
    condemned_count,
    duplicate_count,
    late_count,
    ARRAY_JOIN(reasons, '; ') AS reasons,
    ARRAY_JOIN(partitions, ', ') AS partitions,
    build_id,
    contract_version,
    execution_arn
FROM run_summaries
WHERE
    dataset = 'transactions'
    AND month >= DATE_FORMAT(DATE_ADD('day', -90, CURRENT_DATE), '%Y-%m')
ORDER BY started_at DESC
