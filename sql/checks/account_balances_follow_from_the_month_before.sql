-- A closing balance is the opening balance and what the month brought; the next month opens with it.
SELECT
    this.as_of_month,
    this.account_id,
    this.currency,
    this.opening_balance,
    this.closing_balance,
    previous.closing_balance AS closed_before
FROM account_balances AS this
LEFT JOIN account_balances AS previous
    ON
        this.account_id = previous.account_id
        AND this.currency = previous.currency
        AND previous.as_of_month = date_format(date_add('month', -1, date_parse(this.as_of_month, '%Y-%m')), '%Y-%m')
WHERE
    this.closing_balance <> this.opening_balance + this.net_amount
    OR this.opening_balance <> coalesce(previous.closing_balance, 0)
LIMIT 100
