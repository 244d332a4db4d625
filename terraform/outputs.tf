output "buckets" {
  description = "Bucket of each layer."
  value       = module.storage.buckets
}

output "database" {
  description = "Glue database that holds every table."
  value       = module.catalog.database
}

output "workgroup" {
  description = "Athena workgroup for people and tools."
  value       = module.query.workgroup
}

output "analyst_policy_arn" {
  description = "IAM policy that lets a role query silver and gold, and nothing else."
  value       = module.query.analyst_policy_arn
}

output "pipeline_arn" {
  description = "Alias of the state machine; every run starts here."
  value       = module.orchestration.alias_arn
}

output "pipeline_version_arn" {
  description = "Newest version of the state machine, that of the build."
  value       = module.orchestration.version_arn
}

output "functions" {
  description = "Name of each function."
  value       = module.functions.names
}

output "jobs" {
  description = "Name of each Glue job."
  value       = module.jobs.names
}

output "alert_topic_arn" {
  description = "Topic of every alert."
  value       = module.alerts.topic_arn
}

output "gc_role_arn" {
  description = "Role that assay gc takes to delete; let those who may reclaim space assume it."
  value       = module.reclaim.role_arn
}

output "build_id" {
  description = "Build that is active."
  value       = local.build_id
}
