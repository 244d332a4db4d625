# Set name, account_id and alert_emails to your own before the first apply.
name        = "assay-staging"
environment = "staging"
account_id  = "111111111111"
region      = "eu-west-1"

alert_emails = ["data-platform@example.com"]

# Backfills begin without a second person here.
approvals = "off"
