module "storage" {
  source = "./modules/storage"

  scope             = local.scope
  force_destroy     = var.force_destroy
  lifecycle_rules   = var.lifecycle_rules
  access_log_bucket = var.access_log_bucket
}

module "reclaim" {
  source = "./modules/reclaim"

  scope       = local.scope
  buckets     = module.storage.buckets
  kms_key_arn = module.storage.kms_key_arn
}

module "catalog" {
  source = "./modules/catalog"

  scope         = local.scope
  buckets       = module.storage.buckets
  contracts_dir = "${local.repository}/contracts"
  views_dir     = "${local.repository}/sql/views"
}

module "alerts" {
  source = "./modules/alerts"

  scope         = local.scope
  kms_key_arn   = module.storage.kms_key_arn
  emails        = var.alert_emails
  state_machine = local.state_machine
  functions     = module.functions.names
  jobs          = values(module.jobs.names)
  keep_untold   = var.keep_untold_events
  freshness     = module.catalog.freshness
}

module "functions" {
  source = "./modules/functions"

  scope                = local.scope
  buckets              = module.storage.buckets
  kms_key_arn          = module.storage.kms_key_arn
  alert_topic_arn      = module.alerts.topic_arn
  rehearsal_topic_arn  = module.alerts.rehearsal_topic_arn
  untold_queues        = module.alerts.untold_queues
  pipeline_alias_arn   = local.pipeline_alias
  jobs                 = values(module.jobs.names)
  job_log_prefix       = module.jobs.log_prefix
  approvals            = var.approvals
  artifacts            = local.artifacts
  build_id             = local.build_id
  log_retention_days   = var.log_retention_days
  reserved_concurrency = var.reserved_concurrency
}

module "jobs" {
  source = "./modules/jobs"

  scope              = local.scope
  buckets            = module.storage.buckets
  kms_key_arn        = module.storage.kms_key_arn
  build_id           = local.build_id
  glue               = var.glue
  log_retention_days = var.log_retention_days
}

module "orchestration" {
  source = "./modules/orchestration"

  scope         = local.scope
  kms_key_arn   = module.storage.kms_key_arn
  bronze_bucket = module.storage.buckets["bronze"]
  datasets      = module.catalog.scheduled_datasets
  function_arns = module.functions.arns
  build         = { id = local.build_id, uri = "s3://${module.storage.buckets["artifacts"]}/builds/${local.build_id}" }
  job_names     = module.jobs.names

  function_version_arns = module.functions.version_arns

  approval_hours     = var.approval_hours
  schedule_enabled   = var.schedule_enabled
  digest_time        = var.quarantine_digest_time
  log_retention_days = var.log_retention_days
}

module "query" {
  source = "./modules/query"

  scope            = local.scope
  buckets          = module.storage.buckets
  kms_key_arn      = module.storage.kms_key_arn
  database         = module.catalog.database
  queries_dir      = "${local.repository}/sql/queries"
  scan_limit_bytes = var.scan_limit_bytes
  force_destroy    = var.force_destroy
}
