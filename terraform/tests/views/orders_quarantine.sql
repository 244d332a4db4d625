SELECT row_id, ingest_date FROM orders_quarantine_history WHERE state = 'open'
