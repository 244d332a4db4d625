SELECT
    row_id,
    row_hash,
    dataset,
    schema_version,
    raw_record,
    fields,
    errors,
    source_id,
    line_number,
    attempt_count,
    retry_history,
    contract_version,
    rule_set,
    ingested_at,
    run_id,
    state,
    previous_state,
    revision,
    ingest_date
FROM (
    SELECT
        row_id,
        row_hash,
        dataset,
        schema_version,
        raw_record,
        fields,
        errors,
        source_id,
        line_number,
        attempt_count,
        retry_history,
        contract_version,
        rule_set,
        ingested_at,
        run_id,
        COALESCE(state, 'open') AS state,
        previous_state,
        COALESCE(revision, 0) AS revision,
        ingest_date,
        ROW_NUMBER() OVER (PARTITION BY ingest_date, row_id ORDER BY COALESCE(revision, 0) DESC) AS place
    FROM transactions_quarantine_history
) AS entries
WHERE
    place = 1
    AND state = 'open'
