-- Month-end balance of every account and currency. Set the months: they decide what is scanned.
SELECT
    as_of_month,
    account_id,
    currency,
    opening_balance,
    net_amount,
    closing_balance,
    transaction_count,
    last_transaction_at
FROM account_balances_v1
WHERE as_of_month BETWEEN '2017-01' AND '2026-12'
ORDER BY account_id, currency, as_of_month
