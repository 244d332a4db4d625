output "log_prefix" {
  description = "What the log groups of the jobs begin with, before the role's name (which is the job's)."
  value       = local.log_prefix
}

output "names" {
  description = "Name of each Glue job by its script."
  value       = { for job, resource in aws_glue_job.this : job => resource.name }
}
