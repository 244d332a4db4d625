name              = "assay-local"
environment       = "local"
account_id        = "000000000000"
region            = "eu-west-1"
emulated_endpoint = true

force_destroy      = true
lifecycle_rules    = false
schedule_enabled   = true
keep_untold_events = false
alert_emails       = ["on-call@example.com"]
