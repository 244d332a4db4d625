# Set name, account_id and alert_emails to your own before the first apply.
name        = "assay-staging"
environment = "staging"
account_id  = "111111111111"
region      = "eu-west-1"

alert_emails = ["data-platform@example.com"]

# bootstrap made the boundary, and the role that deploys makes no role without it.
bounded_roles = true

# Backfills begin without a second person here.
approvals = "off"
