-- A key is there once in its month, whatever schema version holds the row.
SELECT
    year,
    month,
    transaction_id,
    count(*) AS found
FROM transactions
WHERE year >= year(current_date) - 1
GROUP BY 1, 2, 3
HAVING count(*) > 1
LIMIT 100
