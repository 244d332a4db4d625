SELECT CAST(order_id AS varchar) AS order_id FROM orders_v10
