# Set name, account_id, access_log_bucket and alert_emails to your own before the first apply.
name        = "assay-prod"
environment = "prod"
account_id  = "222222222222"
region      = "eu-west-1"

alert_emails = ["data-platform@example.com"]

# bootstrap made the boundary, and the role that deploys makes no role without it.
bounded_roles = true

glue = {
  worker_type     = "G.1X"
  workers         = 4
  timeout_minutes = 120
}
